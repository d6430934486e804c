// Host names of endpoints, asked once when they are applied: what does not resolve is said and hinders nothing, since
// every proxy asks for itself, perhaps elsewhere.
import { lookup, Resolver } from 'node:dns/promises'
import { limits } from '../../base/index.ts'
import type { AskedName } from '../named-hosts.ts'

/** Why a name does not resolve from here; undefined: it does, or nothing can be said in time. */
export async function lookUpName({ host, resolvers }: AskedName): Promise<string | undefined> {
  const asked =
    resolvers === undefined
      ? lookup(host).then(() => undefined)
      : askThem(
          host,
          resolvers.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`),
        )
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve(`no answer within ${limits.nameLookupMs} ms`), limits.nameLookupMs).unref()
  })
  return Promise.race([asked.catch(reasonOf), late])
}

async function askThem(host: string, servers: readonly string[]): Promise<undefined> {
  const resolver = new Resolver({ timeout: limits.nameLookupMs, tries: 1 })
  resolver.setServers(servers)
  try {
    await resolver.resolve4(host).catch(() => resolver.resolve6(host))
    return undefined
  } finally {
    resolver.cancel()
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause)
