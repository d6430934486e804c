// http-api: the admin API as HTTP and JSON. In come HTTP requests; out go messages for the handlers that gRPC calls too, and
// their answers as JSON, server-sent events or problem details. Start at routes.ts; the port is in io/http-api.ts.
export * from './io/http-api.ts'
