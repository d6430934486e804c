// Manifests: text or JSON in; objects, or everything that is wrong with them, out. Nothing here touches a file.
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../../base/index.ts'
import { keyOf, type Manifest, titleOf } from '../objects.ts'
import { cleanJson } from './clean-value.ts'
import { bounded, type Fault, type Locate, parsePath, violationsOf } from './faults.ts'
import { jsonDocument } from './json-document.ts'
import { type ReadOptions, readObject } from './read-object.ts'
import { yamlDocuments } from './yaml-documents.ts'

/** A text and what people call it in errors. */
export interface ManifestFile {
  readonly file: string
  readonly text: string
}

/** How to find a path of a parsed manifest in its text; only while the manifest lives. */
const positions = new WeakMap<Manifest, Locate>()

/**
 * Objects of all files in order, with defaults. Documents may be YAML or JSON, one object or a list of them; empty
 * ones are skipped. The problem holds every fault of every file (bounded), each with file, line, column and path.
 */
export function parseManifests(
  files: readonly ManifestFile[],
  options: ReadOptions = {},
): Result<readonly Manifest[], Problem> {
  const tooLarge = oversize(files)
  if (tooLarge !== undefined) return err(tooLarge)
  const manifests: Manifest[] = []
  const violations: Violation[] = []
  let found = 0
  for (const { file, text } of files) {
    for (const { value, faults, locate } of objectsOf(text)) {
      found += 1
      if (found > limits.objectsPerApply) return err(tooMany)
      const read = readObject(value, options, faults)
      if ('manifest' in read) {
        const manifest = { ...read.manifest, source: { file, line: locate([], false)?.line ?? 1 } }
        positions.set(manifest, locate)
        manifests.push(manifest)
      } else {
        violations.push(...violationsOf(read.faults, { ...read, file, locate }))
      }
    }
  }
  violations.push(...repeats(manifests))
  if (violations.length > 0) return err(invalid(bounded(violations)))
  if (manifests.length === 0) {
    const named = files.map(({ file }) => file).slice(0, 3)
    const where =
      files.length === 0 ? 'no file was given' : `in ${named.join(', ')}${files.length > 3 ? ', …' : ''}`
    return err(invalid([{ path: '', message: `found no object, wanted at least one: ${where}` }]))
  }
  return ok(manifests)
}

/** One object that arrives as JSON: the same checks, without positions. */
export function parseObject(json: unknown, options: ReadOptions = {}): Result<Manifest, Problem> {
  const earlier: Fault[] = []
  const read = readObject(cleanJson(json, earlier), options, earlier)
  return 'manifest' in read ? ok(read.manifest) : err(invalid(bounded(violationsOf(read.faults, read))))
}

/** Objects that are there more than once; the later one is the violation. */
export function repeats(manifests: readonly Manifest[]): readonly Violation[] {
  const first = new Map<string, Manifest>()
  const violations: Violation[] = []
  for (const manifest of manifests) {
    const earlier = first.get(keyOf(manifest))
    if (earlier === undefined) {
      first.set(keyOf(manifest), manifest)
      continue
    }
    const { source } = earlier
    const where = source === undefined ? '' : `, first in ${source.file}:${source.line}`
    const message = `${titleOf(manifest)} is there twice${where}`
    violations.push(
      ...locateViolations([manifest], [{ path: 'metadata.name', message, object: titleOf(manifest) }]),
    )
  }
  return violations
}

/** The violations of parsed manifests, with file, line and column filled in where their object is one of them. */
export function locateViolations(
  manifests: readonly Manifest[],
  violations: readonly Violation[],
): readonly Violation[] {
  const byTitle = new Map(manifests.map((manifest) => [titleOf(manifest), manifest]))
  return violations.map((violation) => {
    const manifest = violation.object === undefined ? undefined : byTitle.get(violation.object)
    if (manifest?.source === undefined || violation.line !== undefined) return violation
    const position = positions.get(manifest)?.(parsePath(violation.path), false)
    return { ...violation, file: manifest.source.file, line: manifest.source.line, ...position }
  })
}

/** The documents of a text; a document that is a list holds one object per item. */
function objectsOf(text: string): ReturnType<typeof yamlDocuments> {
  const json = jsonDocument(text)
  return (json === undefined ? yamlDocuments(text) : [json]).flatMap((document) => {
    const { value, faults, locate } = document
    if (!Array.isArray(value)) return [document]
    // One more than may be: enough to be refused.
    return value.slice(0, limits.objectsPerApply + 1).map((item: unknown, index) => ({
      value: item,
      faults: faults.flatMap((fault) =>
        fault.path[0] === index
          ? [{ ...fault, path: fault.path.slice(1) }]
          : fault.path.length === 0
            ? [fault]
            : [],
      ),
      locate: (path: Parameters<Locate>[0], onKey: boolean) => locate([index, ...path], onKey),
    }))
  })
}

function oversize(files: readonly ManifestFile[]): Problem | undefined {
  // Characters first: they cost nothing to count, and there are never fewer bytes than characters.
  const characters = files.reduce((sum, { text }) => sum + text.length, 0)
  const bytes =
    characters > limits.manifestBytes
      ? characters
      : files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  if (bytes <= limits.manifestBytes) return undefined
  const mib = (count: number): string => `${Math.ceil((count / 1_048_576) * 10) / 10} MiB`
  const message = `manifests of ${mib(bytes)}, wanted at most ${mib(limits.manifestBytes)} at once: apply them in parts`
  return { kind: 'limit', message, limit: 'manifestBytes' }
}

const tooMany: Problem = {
  kind: 'limit',
  message: `more than ${limits.objectsPerApply} objects at once: apply them in parts`,
  limit: 'objectsPerApply',
}
