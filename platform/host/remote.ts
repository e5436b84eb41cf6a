import type { Fetch } from '../graphql/ask.ts';

/** The same request, sent to where the subgraph runs: `url` names its GraphQL endpoint. */
export function remote(url: string): Fetch {
  return (request) => {
    const { pathname, search } = new URL(request.url);
    const target = pathname === '/graphql' ? new URL(url) : new URL(pathname + search, url);
    return fetch(new Request(target, request));
  };
}
