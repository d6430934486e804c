// client: the admin API for programs. In come requests, out come answers or failures as values. Start at client.ts. Outside
// this house it is entered by public.ts (`verdigris/client`), where failures are thrown and what is safe is tried again.
export { type AdminClient, type ClientOptions, createClient } from './client.ts'
export type { Failure } from './failure.ts'
