import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderTypes } from '../../../scripts/envoy-api/types.mjs'
import * as api from '../../../src/envoy-api/index.ts'

describe('the generated types', () => {
  it('are what scripts/envoy-api/types.mjs makes of the descriptors', () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'src', 'envoy-api', 'types.generated.ts')
    expect(renderTypes(api) === readFileSync(file, 'utf8')).toBe(true)
  })

  it('describe what the codec takes and gives', () => {
    const cluster: api.envoy.Cluster = {
      name: 'shop/checkout/green.4',
      type: 'EDS',
      connectTimeout: '0.250s',
      edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: 'V3' } },
      typedExtensionProtocolOptions: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': api.typeUrlOf('envoy.extensions.upstreams.http.v3.HttpProtocolOptions'),
          explicitHttpConfig: { http2ProtocolOptions: {} },
        },
      },
    }
    expect(
      api.decodeJson(api.resourceTypes.cds.message, api.encodeJson(api.resourceTypes.cds.message, cluster)),
    ).toEqual(cluster)
  })
})
