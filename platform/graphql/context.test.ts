import { expect, test } from 'vitest';
import { createLogger } from '#platform/logging/index.ts';
import { UnauthenticatedError } from '../errors/index.ts';
import { createIdentityVerifier } from '../identity/index.ts';
import { createRequestContext, fillContext } from './context.ts';

test('a context knows the request and what its subgraph adds; its viewer throws where nobody has signed in', () => {
  const host = {
    verifyIdentity: createIdentityVerifier('a key of the test'),
    logger: createLogger({ level: 'fatal', name: 'test' }),
    askAs: () => () => Promise.reject(new Error('nobody is asked')),
  };
  const request = createRequestContext(
    new Request('http://part/graphql', { headers: { 'x-request-id': 'r-1' } }),
    host,
  );
  const context = fillContext(request, { clock: () => new Date(0) }, { loaders: { none: true } });
  expect(context).toMatchObject({ identity: null, requestId: 'r-1', loaders: { none: true } });
  expect(context.clock()).toEqual(new Date(0));
  expect(context.logger.bindings()).toMatchObject({ requestId: 'r-1' });
  expect(() => context.viewer).toThrow(UnauthenticatedError);
});
