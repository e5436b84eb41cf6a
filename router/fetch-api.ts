import { createYoga, type FetchAPI } from 'graphql-yoga';

/**
 * The Request and Response of yoga itself. In process a subgraph is called with them: they keep a text body as text,
 * where Node's own would wrap it in a stream and read it back (measured: 100 µs for a call instead of 165 µs).
 */
export const fetchApi: FetchAPI = createYoga({ logging: false }).fetchAPI;
