export const tracing = true;
