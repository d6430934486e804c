// The quick way for texts that are JSON: about ten times as fast as reading them as YAML, and the same result. Only
// for texts without a fault: whatever is odd is read as YAML, which knows where it stands.
import { cleanJson } from './clean-value.ts'
import type { Fault } from './faults.ts'
import { type YamlDocument, yamlDocuments } from './yaml-documents.ts'

/** The one document of a JSON text, or undefined when it is not JSON or has a fault. */
export function jsonDocument(text: string): YamlDocument | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
  const faults: Fault[] = []
  const value = cleanJson(parsed, faults)
  const starts = faults.length > 0 ? undefined : startsOf(text)
  if (starts === undefined) return undefined
  // Beyond where objects begin, positions are wanted only of texts that turn out to be wrong: then they are looked for.
  let documents: readonly YamlDocument[] | undefined
  return {
    value,
    faults,
    locate: (path, onKey) => {
      const [item] = path
      const line =
        item === undefined ? starts.document : path.length === 1 ? starts.items[Number(item)] : undefined
      if (line !== undefined) return { line, column: 1 }
      documents ??= yamlDocuments(text)
      return documents[0]?.locate(path, onKey)
    },
  }
}

/**
 * Lines on which a valid JSON text and the items of its outermost list begin; undefined when an object has a key
 * twice: `JSON.parse` keeps the last and says nothing.
 */
function startsOf(
  text: string,
): { readonly document: number; readonly items: readonly number[] } | undefined {
  const open: (Set<string> | undefined)[] = []
  const items: number[] = []
  let document: number | undefined
  let line = 1
  let last: string | undefined
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:\n]/g)) {
    if (token === '\n') line += 1
    else if (token === '{' || token === '[') {
      document ??= line
      if (token === '{' && open.length === 1 && open[0] === undefined) items.push(line)
      open.push(token === '{' ? new Set() : undefined)
    } else if (token === '}' || token === ']') open.pop()
    else if (token !== ':') last = token
    else {
      const keys = open.at(-1)
      // Compared as values: "a" and "\\u0061" are the same key.
      const key = last === undefined ? '' : String(JSON.parse(last))
      if (keys?.has(key)) return undefined
      keys?.add(key)
    }
  }
  return { document: document ?? 1, items }
}
