// The file of contexts: what it may hold, read with the line of every fault, and written again. Pure.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, stringify } from 'yaml'
import { err, invalid, nearest, ok, type Problem, type Result, type Violation } from '../../base/index.ts'
import { type Context, type ContextFile, contextFields, isServer } from './context.ts'

/** Reads a file of contexts. `name` is the file's, for errors, which come all at once. */
export function parseContextFile(text: string, name: string): Result<ContextFile, Problem> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const faults: Violation[] = []
  const fault = (message: string, path: string, node?: Node | null): void => {
    const position =
      node?.range === undefined || node.range === null ? undefined : lines.linePos(node.range[0])
    const at = position === undefined ? {} : { line: position.line, column: position.col }
    faults.push({ path, message, file: name, ...at })
  }
  for (const error of document.errors) {
    const { line, col: column } = lines.linePos(error.pos[0])
    faults.push({ path: '', message: `broken YAML: ${firstLine(error.message)}`, file: name, line, column })
  }
  if (faults.length > 0) return err(invalid(faults))

  /** The fields of a mapping, each a text unless `others` takes it. */
  const textsOf = (
    node: unknown,
    path: string,
    known: readonly string[],
    others: (field: string, value: unknown) => boolean = () => false,
  ): Readonly<Record<string, string>> => {
    if (!isMap(node)) {
      fault(`wanted a mapping with ${known.join(', ')}`, path, asNode(node))
      return {}
    }
    const found: [string, string][] = []
    for (const { key, value } of node.items) {
      const field = isScalar(key) ? String(key.value) : ''
      const here = path === '' ? field : `${path}.${field}`
      if (!known.includes(field)) {
        const near = nearest(field, known)
        const hint = near === undefined ? `; there are ${known.join(', ')}` : `; did you mean "${near}"?`
        fault(`unknown field "${field}"${hint}`, here, asNode(key))
      } else if (!others(field, value)) {
        if (isScalar(value) && typeof value.value === 'string' && value.value !== '')
          found.push([field, value.value])
        else fault('wanted a text', here, asNode(value) ?? asNode(key))
      }
    }
    return Object.fromEntries(found)
  }

  const contexts: Context[] = []
  const { currentContext }: { readonly currentContext?: string } =
    document.contents === null
      ? {}
      : textsOf(document.contents, '', ['currentContext', 'contexts'], (field, value) => {
          if (field !== 'contexts') return false
          if (!isSeq(value)) fault('wanted a list of contexts', field, asNode(value))
          else
            for (const [index, item] of value.items.entries()) {
              const path = `contexts[${index}]`
              const { name: called, ...rest } = textsOf(item, path, ['name', ...contextFields])
              if (called === undefined) fault('wanted a name', path, asNode(item))
              else if (contexts.some((one) => one.name === called))
                fault(`there are two contexts "${called}"`, `${path}.name`, asNode(item))
              else contexts.push({ name: called, ...rest })
              if (rest.server !== undefined && !isServer(rest.server))
                fault(
                  `wanted HOST:PORT, such as 127.0.0.1:18001, found "${rest.server}"`,
                  `${path}.server`,
                  asNode(item),
                )
            }
          return true
        })
  return faults.length > 0
    ? err(invalid(faults))
    : ok({ ...(currentContext === undefined ? {} : { currentContext }), contexts })
}

/** The file's text, in the order in which people read it. */
export function printContextFile({ currentContext, contexts }: ContextFile): string {
  return stringify({
    ...(currentContext === undefined ? {} : { currentContext }),
    contexts: contexts.map((context) =>
      Object.fromEntries(
        (['name', ...contextFields] as const).flatMap((field) => {
          const value = context[field]
          return value === undefined ? [] : [[field, value] as const]
        }),
      ),
    ),
  })
}

const asNode = (value: unknown): Node | undefined =>
  isScalar(value) || isMap(value) || isSeq(value) ? value : undefined
const firstLine = (text: string): string => text.split('\n')[0] ?? ''
