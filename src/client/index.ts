// client: the admin API for programs. In come requests, out come answers or failures as values. Start at client.ts.
export * from './client.ts'
