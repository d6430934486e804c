// Worlds with RawSnapshots and Patches, compiled: what is there, and what is said of what is not.
import { expect } from 'vitest'
import type { Json, Problem } from '../../../src/base/index.ts'
import { decodeJson, messageOfTypeUrl, splitAny } from '../../../src/envoy-api/index.ts'
import { parseManifests, planApply, type World } from '../../../src/model/index.ts'
import {
  type CompiledGroup,
  type CompilerOptions,
  createCompiler,
  factsOf,
} from '../../../src/snapshot/index.ts'
import { commit, filesOf, value } from '../model/fixtures.ts'

export const group = 'default/edge'
export const shop = filesOf('patch').find(({ file }) => file.includes('shop'))?.text ?? ''
export const worldOf = (...texts: readonly string[]): World => {
  const text = texts.map((each) => each.replaceAll(/^kind: /gm, 'apiVersion: verdigris.dev/v1alpha1\nkind: '))
  return commit(
    new Map(),
    value(
      planApply(
        new Map(),
        value(
          parseManifests([
            { file: 'test.yaml', text: text.join('\n---\n').replaceAll(/(apiVersion: \S+\n)+/g, '$1') },
          ]),
        ),
      ),
    ),
  )
}
export const raw = (resources: string, name = 'raw'): string =>
  `kind: RawSnapshot\nmetadata: { name: ${name} }\nspec: { nodeGroups: [edge], resources: [${resources}] }`
export const patch = (target: string, merge: string, name = 'patch', more = ''): string =>
  `kind: Patch\nmetadata: { name: ${name} }\nspec: { nodeGroups: [edge], target: ${target}, merge: ${merge}${more} }`
export const compiled = (world: World, options: CompilerOptions = {}): CompiledGroup =>
  value(createCompiler(options).compile(world, group))
const problem = (world: World, options: CompilerOptions = {}): Problem => {
  const result = createCompiler(options).compile(world, group)
  if (result.ok) throw new Error('was not refused')
  return result.error
}
/** `object path: message` of each. */
export const said = (world: World, options: CompilerOptions = {}): readonly string[] => {
  const found = problem(world, options)
  return found.kind === 'invalid'
    ? found.violations.map(({ object, path, message }) => `${object} ${path}: ${message}`)
    : [found.message]
}
export const json = (of: CompiledGroup, typeUrl: string, name: string): { readonly [key: string]: Json } => {
  const resource = of.types.get(typeUrl)?.get(name)
  if (resource === undefined) throw new Error(`there is no ${name}`)
  const parts = splitAny(resource.body)
  const decoded = decodeJson(messageOfTypeUrl(parts.typeUrl), parts.value)
  expect(factsOf(typeUrl, decoded)).toEqual(resource.facts)
  return decoded as { readonly [key: string]: Json }
}
export const cluster = (name: string, more = ''): string =>
  `{ '@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: ${name}, connectTimeout: 1s${more} }`
export const routes = (name: string, to: string): string =>
  `{ '@type': type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: ${name}, virtualHosts: [{ name: all, domains: ['*'], routes: [{ match: { prefix: / }, route: { cluster: ${to} } }] }] }`
export const listener = (filters: string, port = 15_000): string =>
  `{ '@type': type.googleapis.com/envoy.config.listener.v3.Listener, name: raw, address: { socketAddress: { address: 127.0.0.1, portValue: ${port} } }, filterChains: [{ filters: [${filters}] }] }`

export const tcpTo = (to: string, more = ''): string =>
  `{ name: tcp, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, statPrefix: raw, cluster: '${to}'${more} } }`
export const http = (filter: string): string =>
  `{ name: http, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager, statPrefix: raw, routeConfig: { name: inner, virtualHosts: [] }, httpFilters: [{ name: filter, typedConfig: ${filter} }, { name: router, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }] } }`
