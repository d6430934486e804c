// The reference page of manifests, made of the schemas: every field with its type, default and meaning.
import { z } from 'zod'
import { limits, printDuration } from '../base/index.ts'
import { manifestKinds } from './kinds.ts'
import { apiVersion, metadata } from './manifests/read-object.ts'
import { boundsOf, noted } from './reference-bounds.ts'

/** One field of a table. */
interface Row {
  readonly path: string
  readonly type: string
  readonly default: string
  readonly meaning: string
}

const introduction = `# Manifests

<!-- Made by scripts/reference-manifests.mjs from the schemas in src/model/kinds; edit those. -->

YAML 1.2 or JSON, any number of objects in a file (documents, or a list), up to ${limits.manifestBytes / 1_048_576} MiB and
${limits.objectsPerApply} objects at once. Every object has \`apiVersion: ${apiVersion}\`, \`kind\`, \`metadata\` and \`spec\`.
Unknown fields are errors; so are fields that are there twice, custom tags, merge keys, and anything nested deeper
than ${limits.nestingDepth} levels. Objects refer to others of the same namespace only.

- A *name* is a DNS label of at most ${limits.nameLength} characters: lower-case letters, digits and \`-\`.
- A *duration* is text: \`250ms\`, \`1.5s\`, \`1m30s\`, \`2h\`; at most ${printDuration(limits.durationMs)}, and 0 where it does not say
  "above 0".
- After each type stand its bounds: of a number its value, of a text its length, of a list how many it may have.
- A *share* is a whole number of 1/10,000: 2500 is 25 %. The shares of a service sum to 10,000.
- \`status\` is printed by \`get\` and ignored by \`apply\`, so that what was printed can be applied again. So is
  \`traffic\` of a TrafficPolicy: the live shares, which \`switch\`, \`split\` and \`rollback\` move.

[examples/](../../examples/) has manifests that run, and in \`broken/\` one for each kind of error, with its message.
`

/** The whole page. */
export function manifestReference(): string {
  const sections = Object.entries(manifestKinds).map(([kind, { summary, spec }]) =>
    [`## ${kind}`, '', summary, '', table(rowsOf(spec, 'spec'))].join('\n'),
  )
  const common = [
    '## metadata',
    '',
    'The same for every kind.',
    '',
    table(rowsOf(metadata, 'metadata')),
  ].join('\n')
  return `${[introduction, common, ...sections, incarnations].join('\n')}`
}

/** Every path of a kind's spec, as the page names them; list items as \`[]\`, keys of maps as \`.*\`. */
export const fieldPaths = (spec: z.ZodType): readonly string[] => rowsOf(spec, 'spec').map(({ path }) => path)

const incarnations = `## Incarnations

Not written by people: \`status.incarnations\` of a Service counts, per environment, its releases. One incarnation and
port is one Envoy cluster, \`<namespace>/<service>/<environment>.<n>[/<port>]\`, and that name never comes to mean
anything else:

- a new \`release\` (version or digest) gives the environment the next number, also when it goes back to an earlier one;
- endpoints and upstream settings change under the same number;
- numbers go on after an environment was removed and added again, and after the Service was deleted and made again (a
  \`Tombstone\` keeps them);
- when several ports become one, or the only port gets another name, every environment gets the next number;
- a new release in an environment that carries traffic is refused, or with \`--in-place\` is a rolling change that keeps
  the number.

## Which group a node belongs to

Groups are tried from the one with the most conditions to the one with the fewest (\`cluster\`, each \`metadata\` key and each
part of \`locality\` count one), of equally many by \`namespace/name\`; the first whose conditions all hold takes the node.
A node that no group takes is held and reported, never answered empty.
`

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.default} | ${row.meaning} |`)
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...lines, ''].join('\n')
}

/** Rows of every field below a schema, depth first. */
function rowsOf(schema: z.core.$ZodType, path: string): readonly Row[] {
  const { inner } = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([name, field]) => fieldRows(field, `${path}.${name}`))
  }
  if (inner instanceof z.ZodArray) return rowsOf(inner.element, `${path}[]`)
  if (inner instanceof z.ZodUnion) {
    const rows = inner.options.flatMap((option) => rowsOf(option, path))
    return rows.map((row) => ({ ...row, default: 'one of them' }))
  }
  if (inner instanceof z.ZodRecord) return rowsOf(inner.valueType, `${path}.*`)
  return []
}

function fieldRows(field: unknown, path: string): readonly Row[] {
  if (!(field instanceof z.ZodType)) return []
  const { inner, optional, fallback } = unwrap(field)
  const meaning = field.description ?? ''
  const bounds = boundsOf(inner)
  const type = `${typeOf(inner)}${bounds === '' ? '' : `, ${bounds}`}`
  const row = { path, type, default: fallback ?? (optional ? '' : 'required'), meaning }
  return [row, ...rowsOf(field, path)]
}

/** A schema without what only says whether it may be left out. */
function unwrap(schema: z.core.$ZodType): {
  readonly inner: z.core.$ZodType
  readonly optional: boolean
  readonly fallback?: string
} {
  if (schema instanceof z.ZodOptional) return { ...unwrap(schema.def.innerType), optional: true }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const { inner } = unwrap(schema.def.innerType)
    const given = schema.def.defaultValue
    const text = inner instanceof z.ZodCodec && typeof given === 'number' ? printDuration(given) : given
    return {
      inner,
      optional: true,
      fallback: `\`${typeof text === 'string' ? text : JSON.stringify(text)}\``,
    }
  }
  return { inner: schema, optional: false }
}

function typeOf(schema: z.core.$ZodType): string {
  const named = noted(schema, 'type')
  if (named !== undefined) return named
  if (schema instanceof z.ZodCodec) return 'duration'
  if (schema instanceof z.ZodEnum) return schema.options.map((each) => `\`${each}\``).join(', ')
  if (schema instanceof z.ZodUnion) {
    const types = new Set(schema.options.map(typeOf))
    return types.has('object') ? 'object' : 'string'
  }
  if (schema instanceof z.ZodArray) return `list of ${itemOf(unwrap(schema.element).inner)}`
  if (schema instanceof z.ZodRecord) return `map to ${itemOf(unwrap(schema.valueType).inner)}`
  if (schema instanceof z.ZodObject) return 'object'
  if (schema instanceof z.ZodBoolean) return 'boolean'
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((each) => `\`${each}\``).join(', ')
  if (schema instanceof z.ZodNumberFormat) return 'integer'
  if (schema instanceof z.ZodNumber) return 'number'
  return 'string'
}

/** What stands in a list or map, with the bounds of each item. */
function itemOf(schema: z.core.$ZodType): string {
  const bounds = boundsOf(schema)
  return `${typeOf(schema)}${bounds === '' ? '' : ` (${bounds})`}`
}
