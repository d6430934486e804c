// Which of Envoy's messages are refused in RawSnapshots and Patches: each that looks as if it could run code or use files is
// decided upon, so that a newer API does not bring some unseen.
import { describe, expect, it } from 'vitest'
import { envoySchemas, messageSchema } from '../../../src/envoy-api/index.ts'
import { fieldReason, reasonOf } from '../../../src/validate/unsafe/forbidden.ts'
import { unsafeFaults } from '../../../src/validate/unsafe/unsafe-faults.ts'

/** Messages that are sent to proxies in resources; not those of bootstraps, of the admin port and of services. */
const served = (): readonly string[] =>
  envoySchemas()
    .messageNames()
    .filter((name) => /^envoy\.(config|extensions|type)\./.test(name))
    .filter(
      (name) =>
        !/^envoy\.config\.(bootstrap|overload)\.|\.(bootstrap|resource_monitors|watchdog)\./.test(name),
    )

const suspicious =
  /lua|wasm|golang|dynamic_?module|\btap\b|Tap[A-Z]|file|(?<!de)script|maxmind|internal_upstream|library|Pipe$/i
/** Of a name like it, and harmless. */
const harmless = [
  'envoy.extensions.common.aws.v3.InstanceProfileCredentialProvider',
  'envoy.extensions.early_data.v3.DefaultEarlyDataPolicy',
  'envoy.extensions.filters.http.thrift_to_metadata.v3.ThriftToMetadataPerRoute',
]

describe('what may run code or use files', () => {
  it('is every message with such a name, but for those that are known to be harmless', () => {
    const undecided = served().filter(
      (name) => suspicious.test(name) && reasonOf(name) === undefined && !harmless.includes(name),
    )
    expect(undecided).toEqual([])
  })

  it('is every text field that names a file', () => {
    const undecided = served().flatMap((name) =>
      (messageSchema(name)?.fields ?? []).flatMap((field) => {
        const isText = field.type.kind === 'scalar' && field.type.scalar === 'string'
        const looks =
          /(^|_)(file|filename|filepath|db_path|cache_path|log_path|descriptor_path|token_path|program_path|cgroup_path|environment_variable|library)(_|$)/
        if (!isText || !looks.test(field.name)) return []
        return reasonOf(name) === undefined && fieldReason(name, field.jsonName) === undefined
          ? [`${name}.${field.name}`]
          : []
      }),
    )
    expect(undecided).toEqual([])
  })

  it('is found in nested Anys, said once, at its path', () => {
    const at = (type: string) => `type.googleapis.com/envoy.${type}`
    const json = {
      filterChains: [
        {
          filters: [
            {
              name: 'http',
              typedConfig: {
                '@type': at('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
                httpFilters: [
                  {
                    name: 'x',
                    typedConfig: {
                      '@type': at('extensions.filters.http.lua.v3.Lua'),
                      defaultSourceCode: { filename: '/x' },
                    },
                  },
                ],
              },
            },
          ],
        },
      ],
    }
    expect(unsafeFaults('envoy.config.listener.v3.Listener', json)).toEqual([
      {
        path: 'filterChains[0].filters[0].typedConfig.httpFilters[0].typedConfig',
        message:
          'envoy.extensions.filters.http.lua.v3.Lua runs code: refused, unless the control plane is started with --allow-unsafe-extensions',
      },
    ])
  })

  it('is nothing of what asks a cluster: authorization, processing, limits', () => {
    for (const name of [
      'ext_authz.v3.ExtAuthz',
      'ext_proc.v3.ExternalProcessor',
      'ratelimit.v3.RateLimit',
      'jwt_authn.v3.JwtAuthentication',
    ]) {
      expect(messageSchema(`envoy.extensions.filters.http.${name}`)).toBeDefined()
      expect(reasonOf(`envoy.extensions.filters.http.${name}`)).toBeUndefined()
    }
  })
})
