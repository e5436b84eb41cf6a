import type { Metrics } from '#platform/metrics/index.ts';

/** `/metrics`, as every process serves it. */
export function metricsRoute({ metrics }: { readonly metrics: Metrics }) {
  return {
    prefix: '/metrics',
    fetch: async () => {
      const { contentType, body } = await metrics.render();
      return new Response(body, { headers: { 'content-type': contentType } });
    },
  };
}
