// What a context is: where a server is and who asks there, under one name.

/** One of the file of contexts. */
export interface Context {
  readonly name: string
  /** `host:port` of the admin API. */
  readonly server?: string
  /** PEM files; paths that are not absolute start where the file of contexts lies. */
  readonly serverCa?: string
  readonly clientCert?: string
  readonly clientKey?: string
  readonly namespace?: string
  readonly actor?: string
}
export interface ContextFile {
  /** The one that counts where none is named. */
  readonly currentContext?: string
  readonly contexts: readonly Context[]
}

/** What a context may say beside its name, in the order in which it is written. */
export const contextFields = [
  'server',
  'serverCa',
  'clientCert',
  'clientKey',
  'namespace',
  'actor',
] as const satisfies readonly (keyof Context)[]
export type ContextField = (typeof contextFields)[number]

/** `HOST:PORT`, with brackets around an IPv6 address. */
export const isServer = (text: string): boolean =>
  /^(\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(text)
