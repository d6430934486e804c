// YAML text (and JSON, which is YAML) → plain values that know where they stood. The text is taken for hostile:
// nesting is bounded while parsing, aliases while expanding, and nothing but plain data comes out.
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { limits } from '../../base/index.ts'
import { keyFault, textFault } from './clean-value.ts'
import { type Fault, type Locate, type Path, quote } from './faults.ts'

/** One document: its value as far as it could be read, and what was wrong with it as YAML. */
export interface YamlDocument {
  readonly value: unknown
  readonly faults: readonly Fault[]
  readonly locate: Locate
}

/** Documents that hold something, in order. Never throws. */
export function yamlDocuments(text: string): readonly YamlDocument[] {
  const lines = new LineCounter()
  const broken = (offset: number, message: string): YamlDocument => ({
    value: undefined,
    faults: [{ path: [], message }],
    locate: () => positionAt(lines, offset),
  })
  const control = /[^\P{Cc}\t\n\r]/u.exec(text)
  if (control !== null) {
    countLines(text, lines)
    return [broken(control.index, `control characters are refused, found ${JSON.stringify(control[0])}`)]
  }
  const stop: Stop = {}
  try {
    const composer = new Composer({ uniqueKeys: false, prettyErrors: false, resolveKnownTags: false })
    const documents: Document[] = []
    for (const document of composer.compose(boundedTokens(text, lines, stop))) {
      documents.push(document)
      if (documents.length <= limits.objectsPerApply) continue
      return [broken(0, `wanted at most ${limits.objectsPerApply} documents in one text`)]
    }
    if (stop.at !== undefined) return [broken(stop.at.offset, stop.at.message)]
    return documents.filter((document) => !isEmpty(document)).map((document) => readDocument(document, lines))
  } catch (cause) {
    // A fault of the library, or its stack: the text is refused, the process lives.
    return [broken(0, `the YAML cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)]
  }
}

/** Why reading ended before the text did. */
interface Stop {
  at?: { readonly offset: number; readonly message: string }
}

/** Tokens of the text, ended where a bound is met: what composes them recurses, and keeps them all. */
function* boundedTokens(text: string, lines: LineCounter, stop: Stop) {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let tokens = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    tokens += 1
    const message =
      parser.stack.length > limits.nestingDepth + 4
        ? `nested deeper than ${limits.nestingDepth} levels`
        : tokens > limits.yamlTokens
          ? `wanted at most ${limits.yamlTokens} YAML tokens in one text: apply it in parts, or as JSON`
          : undefined
    if (message !== undefined) {
      stop.at = { offset: parser.offset, message }
      return
    }
  }
  yield* parser.end()
}

const isEmpty = (document: Document): boolean =>
  document.errors.length === 0 &&
  (document.contents === null || (isScalar(document.contents) && document.contents.value === null))

function readDocument(document: Document, lines: LineCounter): YamlDocument {
  const syntax = [
    ...document.errors,
    ...document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED'),
  ]
  const [first] = syntax
  if (first !== undefined) {
    // What follows a syntax error is guessing: the first one is what has to be mended.
    return {
      value: undefined,
      faults: [{ path: [], message: `broken YAML: ${first.message}` }],
      locate: () => positionAt(lines, first.pos[0]),
    }
  }
  const reader = new PlainReader()
  const { explicit, version } = document.directives?.yaml ?? { explicit: false, version: '1.2' }
  if (explicit === true && version !== '1.2') reader.fault([], `YAML ${version} is refused, wanted YAML 1.2`)
  const value = document.contents === null ? undefined : reader.plain(document.contents, [], 0).value
  return {
    value,
    faults: reader.faults,
    locate: (path, onKey) => {
      const offset = offsetOf(document.contents, path, onKey, reader.targets)
      return offset === undefined ? undefined : positionAt(lines, offset)
    },
  }
}

/** A value, and how deep and large it is with its aliases expanded. */
interface Plain {
  readonly value: unknown
  readonly height: number
  readonly size: number
}
const nothing: Plain = { value: undefined, height: 0, size: 1 }
const allowedTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'seq', 'map'].map((each) => `tag:yaml.org,2002:${each}`),
)

/** Turns one document's nodes into plain values. An anchored value is made once and shared: aliases cost nothing here. */
class PlainReader {
  readonly faults: Fault[] = []
  /** Alias → the node that it stands for, to find positions behind it. */
  readonly targets = new Map<Node, Node>()
  readonly #anchors = new Map<string, { readonly node: Node; readonly plain: Plain }>()
  #aliases = 0
  #aliasNodes = 0

  fault(path: Path, message: string, onKey = false): Plain {
    if (this.faults.length < limits.violationsReported) this.faults.push({ path, message, onKey })
    return nothing
  }

  plain(node: Node, path: Path, depth: number): Plain {
    if (isAlias(node)) return this.#alias(node, node.source, path, depth)
    if (depth > limits.nestingDepth)
      return this.fault(path, `nested deeper than ${limits.nestingDepth} levels`)
    if (node.tag !== undefined && !allowedTags.has(node.tag)) {
      return this.fault(path, `the tag ${quote(node.tag)} is refused: write the value as it is`)
    }
    const plain = isMap(node)
      ? this.#map(node, path, depth)
      : isSeq(node)
        ? collect(node.items.map((item, index) => this.#member(item, [...path, index], depth)))
        : isScalar(node)
          ? this.#scalar(node, path)
          : nothing
    const { anchor } = node
    // Known only once it is whole: an alias inside its own anchor has nothing to stand for.
    if (anchor !== undefined) this.#anchors.set(anchor, { node, plain })
    return plain
  }

  #member(item: unknown, path: Path, depth: number): Plain {
    if (isAlias(item) || isMap(item) || isSeq(item) || isScalar(item))
      return this.plain(item, path, depth + 1)
    return { ...nothing, value: null }
  }

  #alias(node: Node, name: string, path: Path, depth: number): Plain {
    const anchored = this.#anchors.get(name)
    if (anchored === undefined)
      return this.fault(path, `the alias ${quote(`*${name}`)} has no anchor before it`)
    this.targets.set(node, anchored.node)
    this.#aliases += 1
    this.#aliasNodes += anchored.plain.size
    if (this.#aliases > limits.yamlAliases || this.#aliasNodes > limits.yamlAliasNodes) {
      return this.fault(
        [],
        `too many aliases: wanted at most ${limits.yamlAliases}, standing for at most ${limits.yamlAliasNodes} nodes`,
      )
    }
    if (depth + anchored.plain.height > limits.nestingDepth) {
      return this.fault(path, `nested deeper than ${limits.nestingDepth} levels`)
    }
    return anchored.plain
  }

  #map(node: YAMLMap, path: Path, depth: number): Plain {
    const value: Record<string, unknown> = {}
    const members: Plain[] = []
    for (const { key, value: member } of node.items) {
      const text = isScalar(key) ? keyText(key) : undefined
      if (text === undefined) {
        this.fault(path, 'wanted a name as key, found a list, an object or an alias')
        continue
      }
      const at = [...path, text]
      const refused = text === '<<' ? 'merge keys (<<) are refused: write the fields out' : keyFault(text)
      if (refused !== undefined) {
        this.fault(at, refused, true)
      } else if (Object.hasOwn(value, text)) {
        this.fault(at, `the field ${quote(text)} is there twice`, true)
      } else {
        const plain = this.#member(member, at, depth)
        members.push(plain)
        value[text] = plain.value
      }
    }
    return { ...collect(members), value }
  }

  #scalar({ value }: Scalar, path: Path): Plain {
    const refused = typeof value === 'string' ? textFault(value) : undefined
    if (refused !== undefined) this.fault(path, refused)
    return { value, height: 0, size: 1 }
  }
}

function collect(members: readonly Plain[]): Plain {
  let height = 0
  let size = 1
  for (const member of members) {
    height = Math.max(height, member.height + 1)
    size += member.size
  }
  return { value: members.map((member) => member.value), height, size }
}

/** Keys are texts: `404:` and `on:` are the names that stand there. */
const keyText = ({ value, source }: Scalar): string =>
  typeof value === 'string' ? value : (source ?? String(value))

/** Where a path's key or value begins; where the nearest enclosing thing begins when it leads to nothing. */
function offsetOf(
  root: unknown,
  path: Path,
  onKey: boolean,
  targets: ReadonlyMap<Node, Node>,
): number | undefined {
  let node: unknown = root
  let offset = startOf(root)
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = targets.get(node)
    if (isMap(node)) {
      // The last of two equal keys is the one that is too many.
      const pair = node.items.findLast(({ key }) => isScalar(key) && keyText(key) === step)
      if (pair === undefined) return offset
      const last = index === path.length - 1
      offset = (last && onKey ? undefined : startOf(pair.value)) ?? startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      offset = startOf(node) ?? offset
    } else return offset
  }
  return offset
}

const startOf = (node: unknown): number | undefined =>
  isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined

function positionAt(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0)
  for (const newline of text.matchAll(/\n/g)) lines.addNewLine(newline.index + 1)
}
