// What the model's tests share: manifests in short form, and a world that commits plans as a store would.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem, Result, Violation } from '../../../src/base/index.ts'
import {
  keyOf,
  type Manifest,
  type ObjectKey,
  type Plan,
  parseManifests,
  planApply,
  type StoredObject,
  type StoredOf,
  type World,
} from '../../../src/model/index.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples')

export const filesOf = (folder: string): { readonly file: string; readonly text: string }[] =>
  readdirSync(join(examples, folder))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(examples, folder, file), 'utf8') }))

/** A manifest's text: YAML of the spec's fields, indented by two. */
export function text(kind: string, name: string, spec: string, metadata = ''): string {
  const lines = spec.trim().split('\n')
  return `apiVersion: verdigris.dev/v1alpha1
kind: ${kind}
metadata:
  name: ${name}
${metadata}spec:
${lines.map((line) => `  ${line}`).join('\n')}
`
}

export const group = (name = 'edge', cluster = name): string =>
  text('NodeGroup', name, `selector: {cluster: ${cluster}}`)
export const gateway = (
  name = 'edge',
  listeners = '[{name: http, port: 10000}]',
  groups = '[edge]',
): string => text('Gateway', name, `nodeGroups: ${groups}\nlisteners: ${listeners}`)
/** Environment as flow YAML. */
export const environment = (name: string, version = 'v1', ports: readonly number[] = [9101]): string => {
  const endpoints = ports.map((port) => `{address: 127.0.0.1, port: ${port}}`).join(', ')
  return `{name: ${name}, release: {version: ${version}}, endpoints: {static: [${endpoints}]}}`
}
export const service = (
  environments: readonly string[] = [environment('blue'), environment('green', 'v2', [9201])],
  more = '',
): string =>
  text(
    'Service',
    'checkout',
    `ports: [{name: http}]\nenvironments: [${environments.join(', ')}]${more === '' ? '' : `\n${more}`}`,
  )
export const route = (name = 'checkout', hosts = "['*']", more = '{service: {name: checkout}}'): string =>
  text('Route', name, `gateways: [{name: edge}]\nhosts: ${hosts}\nrules: [${more}]`)
export const policy = (more = 'initial: {weights: {blue: 10000}}', name = 'checkout'): string =>
  text('TrafficPolicy', name, `service: checkout\n${more}`)

export function value<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error, undefined, 2))
  return result.value
}
export function problem(result: Result<unknown, Problem>): Problem {
  if (result.ok) throw new Error(`wanted a problem, got ${JSON.stringify(result.value)}`)
  return result.error
}
export function violations(result: Result<unknown, Problem>): readonly Violation[] {
  const found = problem(result)
  if (found.kind !== 'invalid') throw new Error(JSON.stringify(found))
  return found.violations
}
/** `path: message` of every violation. */
export const lines = (result: Result<unknown, Problem>): string[] =>
  violations(result).map(({ path, message }) => `${path}: ${message}`)

export const read = (...texts: readonly string[]): readonly Manifest[] =>
  value(parseManifests([{ file: 'test.yaml', text: texts.join('---\n') }]))

/** The world after a plan, as the store's commit would make it. */
export function commit(world: World, plan: Plan): World {
  const revision = Math.max(0, ...[...world.values()].map((object) => object.revision)) + 1
  const next = new Map<ObjectKey, StoredObject>(world)
  for (const { key, etag } of plan.expects) {
    if ((world.get(key)?.etag ?? 'absent') !== etag) throw new Error(`etag of ${key}`)
  }
  for (const key of plan.deletes) next.delete(key)
  for (const content of plan.puts) {
    const key = keyOf(content)
    next.set(key, { ...content, uid: world.get(key)?.uid ?? `u${revision}`, etag: `e${revision}`, revision })
  }
  return next
}

/** The world after applying these texts one after another. */
export const applied = (...texts: readonly (string | readonly string[])[]): World =>
  texts.reduce<World>(
    (world, each) =>
      commit(world, value(planApply(world, read(...(typeof each === 'string' ? [each] : each))))),
    new Map(),
  )

/** A world in which `checkout` runs, all of its traffic on blue. */
export const shop = (): World => applied([group(), gateway(), service(), route(), policy()])

export function serviceOf(world: World): StoredOf<'Service'> {
  const found = world.get('default/Service/checkout')
  if (found?.kind !== 'Service') throw new Error('no service')
  return found
}
export function trafficOf(world: World): StoredOf<'Traffic'> {
  const found = world.get('default/Traffic/checkout')
  if (found?.kind !== 'Traffic') throw new Error('no traffic')
  return found
}
