/** What one would write without a router: @apollo/gateway with its own executor behind yoga. SUPERGRAPH=file PORT=4000. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ApolloGateway } from '@apollo/gateway';
import { createYoga } from 'graphql-yoga';
import { gatewayExecutor, usePlainExecutor } from '../plain-executor.ts';

const { SUPERGRAPH = '', PORT } = process.env;
const gateway = new ApolloGateway({ supergraphSdl: readFileSync(SUPERGRAPH, 'utf8') });
const { schema, executor } = await gateway.load();
const yoga = createYoga({
  schema: schema as never,
  logging: false,
  maskedErrors: false,
  plugins: [usePlainExecutor(gatewayExecutor(schema, executor))],
});
const server = createServer(yoga as never).listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void gateway.stop();
});
