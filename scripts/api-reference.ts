// Writes docs/reference/api.md from the .proto files and their comments: what a method or field means is said once, where
// it is declared. Run by test/unit/docs/api.test.ts, which rewrites the page under VERDIGRIS_UPDATE=1.
import protobuf from 'protobufjs'

/** One .proto file of the API. */
export interface ProtoFile {
  /** Such as `config.proto`. */
  readonly name: string
  readonly text: string
}

/** Something that people look up: a service, method, message, field, enum or value. */
export interface ApiEntry {
  readonly kind: 'service' | 'method' | 'message' | 'field' | 'enum' | 'value'
  /** Within the package: `Config.Apply`, `DeleteRequest.Target.etag`. */
  readonly name: string
  /** Its comment on one line; empty where there is none. */
  readonly comment: string
}

const apiPackage = 'verdigris.admin.v1alpha1'

interface Parsed {
  readonly file: string
  readonly declarations: readonly protobuf.ReflectionObject[]
}

/** Files with services by name, then what all of them share. */
function parseFiles(files: readonly ProtoFile[]): readonly Parsed[] {
  const parsed = files.map(({ name, text }): Parsed => {
    const { root } = protobuf.parse(text, new protobuf.Root(), {
      ...{ keepCase: true, alternateCommentMode: true },
    })
    const inside = root.lookup(apiPackage)
    return { file: name, declarations: inside instanceof protobuf.Namespace ? inside.nestedArray : [] }
  })
  const serves = ({ declarations }: Parsed): boolean =>
    declarations.some((one) => one instanceof protobuf.Service)
  const sorted = [...parsed].sort((a, b) => a.file.localeCompare(b.file))
  return [...sorted.filter(serves), ...sorted.filter((one) => !serves(one))]
}

/** Everything that is declared, with its comment: for the test that nothing is left unsaid. */
export function apiEntries(files: readonly ProtoFile[]): readonly ApiEntry[] {
  return parseFiles(files).flatMap(({ declarations }) => declarations.flatMap((one) => entriesOf(one, '')))
}

function entriesOf(one: protobuf.ReflectionObject, scope: string): readonly ApiEntry[] {
  const name = `${scope}${one.name}`
  if (one instanceof protobuf.Service) {
    const methods = one.methodsArray.map((method): ApiEntry => {
      return { kind: 'method', name: `${name}.${method.name}`, comment: said(method.comment) }
    })
    return [{ kind: 'service', name, comment: said(one.comment) }, ...methods]
  }
  if (one instanceof protobuf.Enum) {
    const values = Object.keys(one.values).map((value): ApiEntry => {
      return { kind: 'value', name: `${name}.${value}`, comment: said(one.comments[value]) }
    })
    return [{ kind: 'enum', name, comment: said(one.comment) }, ...values]
  }
  if (!(one instanceof protobuf.Type)) return []
  const fields = one.fieldsArray.map((field): ApiEntry => {
    return { kind: 'field', name: `${name}.${field.name}`, comment: said(field.comment) }
  })
  const nested = one.nestedArray.flatMap((inner) => entriesOf(inner, `${name}.`))
  return [{ kind: 'message', name, comment: said(one.comment) }, ...fields, ...nested]
}

/** The whole page. */
export function apiReference(files: readonly ProtoFile[]): string {
  const parsed = parseFiles(files)
  const sections = parsed.flatMap(({ declarations, file }) => {
    const services = declarations.filter((one) => one instanceof protobuf.Service)
    const others = declarations.filter((one) => !(one instanceof protobuf.Service))
    const shared = `## What several services share\n\nDeclared in \`protos/verdigris/admin/v1alpha1/${file}\`.\n`
    return [
      ...(services.length === 0 ? [shared] : services.map(serviceSection)),
      ...others.flatMap((one) => typeSections(one, '')),
    ]
  })
  const methods = parsed.flatMap(({ declarations }) =>
    declarations.filter((one) => one instanceof protobuf.Service).flatMap((one) => one.methodsArray),
  )
  return `${[introduction, methodTable(methods), ...sections].join('\n').trimEnd()}\n`
}

const introduction = `# Admin API

<!-- Made from protos/verdigris/admin/v1alpha1 by scripts/api-reference.ts; edit those. -->

Package \`${apiPackage}\`, gRPC on :18001 with reflection (\`grpcurl -plaintext 127.0.0.1:18001 list\`), the same as HTTP and
JSON on :18002 ([http.md](http.md)). The CLI uses nothing else. Errors: [errors.md](errors.md). It grows and never changes:
nothing is renumbered, retyped or taken away, and a test holds it to that.

- *optional*: absent is something else than 0. All other fields may be left out and then are empty, 0 or false.
- JSON has the same names in camelCase, times and durations as text (\`"1.5s"\`), 64-bit numbers as text.
- Shares are whole numbers of 1/10,000. A namespace that is empty is \`default\`.

## All methods
`

function methodTable(methods: readonly protobuf.Method[]): string {
  const rows = methods.map((method) => {
    const name = `${method.parent?.name}.${method.name}`
    const [first = ''] = httpForms(method)
    return `| [${name}](#${anchor(name)}) | ${first === '' ? '' : `\`${first}\``} |`
  })
  return ['| method | by HTTP |', '|---|---|', ...rows, ''].join('\n')
}

function serviceSection(service: protobuf.Service): string {
  const methods = service.methodsArray.map((method) => {
    const answer = `${method.responseStream === true ? 'stream of ' : ''}${linked(method.responseType)}`
    const forms = httpForms(method).map((form) => `\`${form}\``)
    return [
      `### ${service.name}.${method.name}`,
      '',
      `${linked(method.requestType)} → ${answer}${forms.length === 0 ? '' : `  \nBy HTTP: ${forms.join(', ')}`}`,
      '',
      `${said(method.comment)}\n`,
    ].join('\n')
  })
  return [`## ${service.name}`, '', `${said(service.comment)}\n`, ...methods].join('\n')
}

interface HttpRule {
  readonly get?: string
  readonly post?: string
  readonly additional_bindings?: HttpRule | readonly HttpRule[]
}

/** `POST /v1alpha1/objects:apply`; the first is the main one. */
function httpForms(method: protobuf.Method): readonly string[] {
  const options: readonly Readonly<Record<string, unknown>>[] = method.parsedOptions ?? []
  const formsOf = (rule: HttpRule): readonly string[] => {
    const more = rule.additional_bindings ?? []
    const own = [
      ...(rule.get === undefined ? [] : [`GET ${rule.get}`]),
      ...(rule.post === undefined ? [] : [`POST ${rule.post}`]),
    ]
    return [...own, ...[more].flat().flatMap(formsOf)]
  }
  // protobufjs gives options as it read them: the shape of google.api.HttpRule.
  return options.flatMap((option) => {
    const rule = option['(google.api.http)']
    return rule === undefined ? [] : formsOf(rule as HttpRule)
  })
}

function typeSections(one: protobuf.ReflectionObject, scope: string): readonly string[] {
  const name = `${scope}${one.name}`
  const head = [`### ${name}`, '', ...(said(one.comment) === '' ? [] : [said(one.comment), ''])]
  if (one instanceof protobuf.Enum) {
    const rows = Object.entries(one.values).map(
      ([value, number]) => `| \`${value}\` | ${number} | ${cell(one.comments[value])} |`,
    )
    return [[...head, '| value | number | meaning |', '|---|---|---|', ...rows, ''].join('\n')]
  }
  if (!(one instanceof protobuf.Type)) return []
  const rows = one.fieldsArray.map(
    (field) => `| \`${field.name}\` | ${field.id} | ${typeOf(field)} | ${cell(field.comment)} |`,
  )
  const table =
    rows.length === 0 ? ['No fields.'] : ['| field | number | type | meaning |', '|---|---|---|---|', ...rows]
  return [
    [...head, ...table, ''].join('\n'),
    ...one.nestedArray.flatMap((inner) => typeSections(inner, `${name}.`)),
  ]
}

function typeOf(field: protobuf.Field): string {
  const type = linked(field.type, field.parent)
  if (field instanceof protobuf.MapField) return `map of ${field.keyType} to ${type}`
  if (field.repeated) return `list of ${type}`
  if (field.options?.proto3_optional === true) return `optional ${type}`
  const { partOf } = field
  return partOf === null ? type : `${type}, one of \`${partOf.name}\``
}

/** A type as a link to its section; scalars and well-known types as they are. */
function linked(name: string, scope: protobuf.NamespaceBase | null = null): string {
  if (/^[a-z]/.test(name)) return name.replace('google.protobuf.', '')
  const nested = scope instanceof protobuf.Type && scope.nested?.[name] !== undefined
  const full = nested ? `${fullName(scope)}.${name}` : name
  return `[${full}](#${anchor(full)})`
}

/** Name within the package: `DeleteRequest.Target`. */
const fullName = (type: protobuf.Type): string =>
  type.parent instanceof protobuf.Type ? `${fullName(type.parent)}.${type.name}` : type.name

const anchor = (heading: string): string => heading.toLowerCase().replaceAll('.', '')
const said = (comment: string | null | undefined): string =>
  (comment ?? '').replaceAll(/\s*\n\s*/g, ' ').trim()
const cell = (comment: string | null | undefined): string => said(comment).replaceAll('|', '\\|')
