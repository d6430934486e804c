// What a bootstrap can be told, and the checks: a wrong value is named here, not by an Envoy that will not start.
import { z } from 'zod'
import { err, invalid, ok, type Problem, type Result, type Violation } from '../base/index.ts'

/** Node ids and clusters reach stats, logs and keys of many systems: printable ASCII without spaces. */
const identity = z
  .string()
  .min(1, 'must not be empty')
  .max(253, 'wanted at most 253 characters')
  .regex(/^[\x21-\x7e]*$/, 'wanted printable ASCII without spaces')
const hostOrIp = z
  .string()
  .min(1, 'must not be empty')
  .max(253, 'wanted at most 253 characters')
  .regex(/^[A-Za-z0-9._:-]*$/, 'wanted a host name or an IP address, without port or brackets')
const tcpPort = z.int().min(1, 'wanted a port from 1 to 65535').max(65_535, 'wanted a port from 1 to 65535')
const file = z.string().min(1, 'must not be empty')

const bootstrapOptions = z.strictObject({
  /** Unique per proxy: the control plane follows it by this name. */
  nodeId: identity,
  /** Which fleet it belongs to; node groups select by it. */
  nodeCluster: identity,
  /** How resources arrive: state of the world, or differences. */
  variant: z.enum(['sotw', 'delta']).default('delta'),
  role: z.enum(['gateway', 'sidecar']).default('gateway'),
  xdsAddress: hostOrIp.default('127.0.0.1'),
  xdsPort: tcpPort.default(18_000),
  adminAddress: hostOrIp.default('127.0.0.1'),
  /** 0 takes a free port, written to the file that `--admin-address-path` names. */
  adminPort: z
    .int()
    .min(0, 'wanted a port from 0 to 65535')
    .max(65_535, 'wanted a port from 0 to 65535')
    .default(9_901),
  locality: z
    .strictObject({
      region: z.string().optional(),
      zone: z.string().optional(),
      subZone: z.string().optional(),
    })
    .optional(),
  /** node.metadata: strings that node groups can select by. */
  metadata: z.record(z.string().min(1), z.string()).optional(),
  /** TLS to the control plane. With certificate and key it is mutual. Paths are on the proxy's machine. */
  tls: z
    .strictObject({
      ca: file,
      certificate: file.optional(),
      key: file.optional(),
      /** Name in the control plane's certificate; default: `xdsAddress`. */
      serverName: hostOrIp.optional(),
    })
    .refine((tls) => (tls.certificate === undefined) === (tls.key === undefined), {
      message: 'certificate and key go together: give both or neither',
    })
    .optional(),
  /** Heap at which the proxy begins to shed load, in MiB. Default: 2048 for a gateway, 512 for a sidecar. */
  maxHeapMiB: z.int().min(64, 'wanted at least 64').optional(),
})

/** What a person gives; everything but the identity has a default. */
export type BootstrapInput = z.input<typeof bootstrapOptions>
/** Checked, with defaults. */
export type BootstrapOptions = z.output<typeof bootstrapOptions>

/** Checks and fills in defaults; every wrong value is one violation with its name and what was found. */
export function parseBootstrapOptions(input: unknown): Result<BootstrapOptions, Problem> {
  const parsed = bootstrapOptions.safeParse(input)
  if (parsed.success) return ok(parsed.data)
  const violations: Violation[] = parsed.error.issues.map((issue) => ({
    path: issue.path.join('.') || 'options',
    message: `${issue.message}${foundAt(input, issue.path)}`,
  }))
  return err(invalid(violations))
}

function foundAt(input: unknown, path: readonly PropertyKey[]): string {
  let value: unknown = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return ''
    value = Object.getOwnPropertyDescriptor(value, step)?.value
  }
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  const text = JSON.stringify(value)
  return `, found ${text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text}`
}
