// Fields that several kinds share. Every message says what is wanted; what was found is added where issues are
// translated (manifests/translate-issues).
import { z } from 'zod'
import { limits, parseDuration, printDuration } from '../base/index.ts'
import { isIpAddress } from './address.ts'

/** Members of every JavaScript object: as a key they would be found where nobody put them. */
export const isReservedKey = (key: string): boolean => key in Object.prototype

/** Why such a key is refused. */
export const reservedKey = (key: string): string =>
  `the name ${JSON.stringify(key)} is refused: every JavaScript object has a member of that name`

const nameForm = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** A DNS label, so that a name fits into stats, logs, file names and Envoy's names without quoting. */
export const name = z
  .string()
  .max(limits.nameLength, `wanted at most ${limits.nameLength} characters`)
  .regex(nameForm, 'wanted lower-case letters, digits and "-", starting and ending with a letter or digit')
  .refine((text) => !isReservedKey(text), {
    error: ({ input }) => reservedKey(String(input)),
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ type: 'name', bounds: '' })

export const port = z
  .int('wanted a port from 1 to 65535')
  .min(1, 'wanted a port from 1 to 65535')
  .max(65_535, 'wanted a port from 1 to 65535')

const durationForm = 'wanted a duration such as "250ms", "1s" or "1m30s"'
/** Text outside, milliseconds inside. */
const duration = (least: number, leastText: string) =>
  z
    .codec(
      z
        .string(durationForm)
        .refine((text) => parseDuration(text) !== undefined, durationForm)
        .refine((text) => (parseDuration(text) ?? least) >= least, leastText)
        .refine(
          (text) => (parseDuration(text) ?? 0) <= limits.durationMs,
          `wanted at most ${printDuration(limits.durationMs)}`,
        ),
      z.number(),
      { decode: (text) => parseDuration(text) ?? 0, encode: printDuration },
    )
    .meta({ bounds: least > 0 ? 'above 0' : '' })
/** At least 1 ms. */
export const positiveDuration = duration(1, 'wanted more than 0')
/** 0 has a meaning of its own. */
export const anyDuration = duration(0, 'wanted 0 or more')

/** Envoy takes addresses of listeners and static endpoints as they are: no names, no lookups. */
export const ipAddress = z
  .string()
  .refine(isIpAddress, 'wanted an IPv4 or IPv6 address, without port, brackets or host name')
  .meta({ type: 'IP address' })

/** Shares are whole numbers of 1/10,000, so that their sum has one exact meaning. */
export const totalWeight = 10_000
const share = `wanted a whole number from 1 to ${totalWeight} (1/10,000: 2500 is 25 %)`
const aboveZero = `${share}; an environment that gets nothing is left out`

/** Environment → share; only environments that get a share are listed. */
export const weights = z
  .record(name, z.int(share).min(1, aboveZero).max(totalWeight, share))
  .superRefine((value, context) => {
    const sum = Object.values(value).reduce((total, each) => total + each, 0)
    if (sum === totalWeight) return
    const hint = sum === 100 ? ': shares are in 1/10,000, 90 % is 9000' : ''
    context.addIssue({ code: 'custom', message: `shares sum to ${sum}, wanted ${totalWeight}${hint}` })
  })

/** RFC 9110: what names of headers and of cookies are made of. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Name of a request or response header, in any case. */
export const headerName = z
  .string()
  .min(1, 'wanted the name of a header')
  .max(256, 'wanted at most 256 characters')
  .regex(token, 'wanted the name of a header')
  .meta({ type: 'header name', bounds: '' })

export const cookieName = z
  .string()
  .min(1, 'wanted the name of a cookie')
  .max(limits.labelLength)
  .regex(token, 'wanted the name of a cookie')
  .meta({ type: 'cookie name', bounds: '' })

/** Adds an issue unless exactly one of these members is there. */
export function refuseUnlessOne<Value extends object>(
  value: Value,
  members: readonly (keyof Value & string)[],
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  const given = members.filter((member) => value[member] !== undefined)
  if (given.length === 1) return
  const wanted = members.map((each) => `"${each}"`).join(', ')
  const found = given.length === 0 ? 'none' : given.map((each) => `"${each}"`).join(' and ')
  context.addIssue({ code: 'custom', message: `wanted exactly one of ${wanted}, found ${found}`, path: [] })
}

/** Adds an issue for every item whose key an earlier one has. `what` is how a person calls the key. */
export function refuseRepeats<Item>(
  items: readonly Item[],
  keyOf: (item: Item, index: number) => string | undefined,
  what: string,
  at: (index: number) => readonly PropertyKey[],
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  const first = new Map<string, number>()
  items.forEach((item, index) => {
    const key = keyOf(item, index)
    if (key === undefined) return
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, index)
    else {
      const message = `${what} "${key}" is there twice (also at [${earlier}])`
      context.addIssue({ code: 'custom', message, path: [...at(index)] })
    }
  })
}
