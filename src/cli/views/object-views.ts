// How `verdigris get` prints objects: a table for each kind, manifests, or names that other commands take.
import { type ConfigObject, fromStruct, type ObjectKey } from '../../api/index.ts'
import type { Json } from '../../base/index.ts'
import type { Kind } from '../../model/index.ts'
import { kindNames, kindOf } from '../kind-names.ts'
import { nameOf } from '../object-names.ts'
import type { Format } from '../options.ts'
import { dataText } from '../output/data.ts'
import { widthOf } from '../output/listing.ts'
import { type Column, table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { at, kindViews, type Shown } from './kind-views.ts'

interface Options {
  readonly output: Format
  readonly namespace: string
  readonly allNamespaces?: boolean
}

/** Prints them. `known`: these and what is shown beside them. `single`: one was asked for, so JSON is no list. */
export function printObjects(
  terminal: Terminal,
  options: Options,
  objects: readonly ConfigObject[],
  known: readonly ConfigObject[],
  single: boolean,
): void {
  const manifests = objects.map(manifestOf)
  switch (options.output) {
    case 'name':
      for (const { key } of objects) terminal.out(nameOf(key, options.namespace))
      return
    case 'json':
      terminal.out(dataText('json', single ? manifests[0] : manifests))
      return
    case 'yaml':
      if (manifests.length > 0)
        terminal.out(manifests.map((manifest) => dataText('yaml', manifest)).join('\n---\n'))
      return
    case 'table':
    case 'wide':
      printTables(terminal, objects, known, options)
  }
}

/** One table per kind, in the order of kinds. */
function printTables(
  terminal: Terminal,
  objects: readonly ConfigObject[],
  known: readonly ConfigObject[],
  options: Options,
): void {
  const kinds = Object.keys(kindNames).filter((kind) => objects.some((object) => object.key?.kind === kind))
  const look = lookUp(known)
  for (const [index, kindName] of kinds.entries()) {
    const shape = shapeOf(kindOf(kindName), options, kinds.length > 1)
    const rows = objects
      .filter((object) => object.key?.kind === kindName)
      .map((object) => shape.cells(object, look))
    if (index > 0) terminal.out('')
    for (const line of table(shape.columns, rows, widthOf(terminal, options.output), terminal.color.bold))
      terminal.out(line)
  }
}

type LookUp = (namespace: string, kind: Kind, name: string) => Json | undefined

/** Finds the manifest of another object among these. */
export function lookUp(known: Iterable<ConfigObject>): LookUp {
  const manifests = new Map([...known].map((object) => [idOf(object.key), manifestOf(object)]))
  return (namespace, kind, name) => manifests.get(idOf({ namespace, kind, name }))
}

/** Columns of a kind, and an object's cells; of no kind in particular, what all objects have. */
export function shapeOf(
  kind: Kind | undefined,
  { output, allNamespaces }: Options,
  withKind: boolean,
): { readonly columns: readonly Column[]; readonly cells: (object: ConfigObject, look: LookUp) => string[] } {
  const view = kind === undefined ? undefined : kindViews[kind]
  const isWide = output === 'wide'
  return {
    columns: [
      ...(allNamespaces === true ? [{ title: 'NAMESPACE' }] : []),
      { title: 'NAME', shrinks: true },
      ...(view?.columns ?? []),
      { title: 'REVISION', alignRight: true },
      ...(isWide ? [{ title: 'ETAG' }, { title: 'LABELS' }] : []),
    ],
    cells: (object, look) => {
      const { namespace = '', kind: kindName = '', name = '' } = object.key ?? {}
      const manifest = manifestOf(object)
      const shown: Shown = {
        name,
        spec: at(manifest, 'spec'),
        status: at(manifest, 'status'),
        beside: (other, called) => look(namespace, other, called),
      }
      return [
        ...(allNamespaces === true ? [namespace] : []),
        withKind ? `${kindName.toLowerCase()}/${name}` : name,
        ...(view?.cells(shown) ?? []),
        `r${object.revision}`,
        ...(isWide ? [object.etag, labelsOf(manifest)] : []),
      ]
    },
  }
}

/** `team=shop,tier=web`. */
function labelsOf(manifest: Json): string {
  const labels = at(manifest, 'metadata', 'labels')
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return ''
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}

export const isKindIn = (kinds: readonly Kind[], key: ObjectKey | null): boolean =>
  kinds.some((kind) => kind === key?.kind)
export const manifestOf = (object: ConfigObject): Json => fromStruct(object.manifest ?? undefined)
export const idOf = (
  key: { readonly namespace: string; readonly kind: string; readonly name: string } | null,
): string => (key === null ? '' : `${key.namespace}/${key.kind}/${key.name}`)
