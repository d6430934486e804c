// Paths of google.api.http rules: `/v1alpha1/namespaces/{namespace}/services/{service}:switch`, read and matched. A variable
// is one segment; the verb after the last colon is part of the path.

/** One segment: text, or the request's field that stands there. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly field: string }

export interface PathTemplate {
  /** As in the .proto file. */
  readonly text: string
  readonly segments: readonly Segment[]
  /** After the colon of the last segment; undefined: none. */
  readonly verb: string | undefined
}

/** Field of the request (`key.namespace`) → what the path says, decoded. */
export type PathValues = ReadonlyMap<string, string>

/** Throws on what the API's own files do not have: wildcards and variables that are part of a segment. */
export function parseTemplate(text: string): PathTemplate {
  const [, body = '', verb] = /^\/(.*?)(?::([A-Za-z-]+))?$/.exec(text) ?? []
  const segments = body.split('/').map((segment): Segment => {
    const field = /^\{([a-z_]+(?:\.[a-z_]+)*)\}$/.exec(segment)?.[1]
    if (field !== undefined) return { kind: 'variable', field }
    if (!/^[a-z0-9-]+$/.test(segment))
      throw new Error(`the path ${text} has a segment that is not understood`)
    return { kind: 'literal', text: segment }
  })
  return { text, segments, verb }
}

/** The values of a path that fits; undefined: it does not. `path` is as it came, still percent-encoded. */
export function matchTemplate(template: PathTemplate, path: string): PathValues | undefined {
  const parts = partsOf(template, path)
  if (parts?.length !== template.segments.length) return undefined
  const values = new Map<string, string>()
  for (const [index, segment] of template.segments.entries()) {
    const decoded = decode(parts[index] ?? '')
    if (decoded === undefined || decoded === '') return undefined
    if (segment.kind === 'variable') values.set(segment.field, decoded)
    else if (decoded !== segment.text) return undefined
  }
  return values
}

/** The template with what a path of as many segments has where its variables are: for suggestions. */
export function fillTemplate({ segments, verb, text }: PathTemplate, path: string): string {
  const parts = path.replace(/^\//, '').split('/')
  if (parts.length !== segments.length) return text
  const filled = segments.map((segment, index) => {
    if (segment.kind === 'literal') return segment.text
    const part = parts[index] ?? ''
    const bare = index === segments.length - 1 ? part.replace(/:[^:]*$/, '') : part
    return bare === '' ? `{${segment.field}}` : bare
  })
  return `/${filled.join('/')}${verb === undefined ? '' : `:${verb}`}`
}

/** The segments of a path, without the verb of the template; undefined: it has another. */
function partsOf({ verb }: PathTemplate, path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined
  const ending = verb === undefined ? '' : `:${verb}`
  if (!path.endsWith(ending)) return undefined
  return path.slice(1, path.length - ending.length).split('/')
}

/** undefined: it is not valid percent-encoding. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
