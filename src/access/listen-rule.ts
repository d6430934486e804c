// Decides where a port may listen, and what to say when it cannot: plaintext stays on loopback unless somebody
// said otherwise, loudly.
import { err, ok, type Problem, type Result } from '../base/index.ts'

/** Where one port listens. */
export interface ListenAddress {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
}

/** Whether only this machine can reach the address. Names other than localhost are not resolved: not loopback. */
export function isLoopback(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare)
}

/** `127.0.0.1:18000`, `[::1]:18000`. */
export const hostPort = (address: string, port: number): string =>
  address.includes(':') && !address.startsWith('[') ? `[${address}]:${port}` : `${address}:${port}`

/**
 * Whether a port may listen there. Gives the warnings to log at every start.
 * Errors: plaintext off loopback without `--insecure-plaintext`.
 */
export function checkListen(
  ports: readonly ({ readonly name: string } & ListenAddress)[],
  tls: { readonly clientCertificates: boolean } | undefined,
  insecurePlaintext: boolean,
): Result<readonly string[], Problem> {
  const open = ports.filter((port) => !isLoopback(port.address))
  const where = open.map((port) => `${port.name} on ${hostPort(port.address, port.port)}`).join(', ')
  if (open.length === 0) return ok([])
  if (tls === undefined && !insecurePlaintext) {
    return err({
      kind: 'precondition',
      message: `${where} can be reached from other machines, without TLS: give --tls-cert, --tls-key and --client-ca, or listen on 127.0.0.1, or accept it with --insecure-plaintext`,
    })
  }
  if (tls === undefined) {
    return ok([
      `plaintext off loopback (--insecure-plaintext): ${where}; whoever reaches it can change traffic`,
    ])
  }
  return ok(
    tls.clientCertificates
      ? []
      : [`no --client-ca: ${where} is encrypted, but whoever reaches it can change traffic`],
  )
}

/** A clear Problem for an error of bind(2). `flag` is the one that chooses the port, such as `--admin-port`. */
export function bindProblem(cause: string, where: ListenAddress & { readonly flag: string }): Problem {
  const at = `port ${where.port} on ${where.address}`
  const other = `choose another with ${where.flag}`
  const message = /EADDRINUSE/.test(cause)
    ? `${at} is taken by another process (another verdigris serve?): stop it, or ${other}`
    : /EACCES/.test(cause)
      ? `${at} is not allowed for this user: ${other} above 1023`
      : /EADDRNOTAVAIL|ENOTFOUND|EAI_|No address added|Name resolution/.test(cause)
        ? `${where.address} is not an address of this machine: choose one with ${where.flag.replace(/-port$/, '-address')} (${cause})`
        : `cannot listen on ${hostPort(where.address, where.port)}: ${cause}`
  return { kind: 'unavailable', message }
}
