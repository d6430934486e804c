// TLS contexts: what BoringSSL and Envoy ask of their settings. Ciphers, curves and signatures are left to Envoy's defaults here;
// who needs others says so in a Patch, and that Envoy judges them.
import { enumSchema } from '../../envoy-api/index.ts'
import { type Check, type Fault, get, has, list } from './fault.ts'

const tls = 'envoy.extensions.transport_sockets.tls.v3.'
const compliance = `${tls}TlsParameters.CompliancePolicy`
const ownChoice = ['cipherSuites', 'ecdhCurves', 'signatureAlgorithms'] as const
/** Bytes of a protocol's name on the wire (RFC 7301): its length is one byte. */
const longestAlpn = 255

export const tlsChecks: Readonly<Record<string, Check>> = {
  [`${tls}TlsParameters`]: function* (parameters) {
    for (const field of ownChoice) {
      if (list(parameters, field).some((each) => each !== ''))
        yield at(field, "wanted none: Envoy's defaults")
    }
    for (const [index, policy] of list(parameters, 'compliancePolicies').entries()) {
      if (typeof policy === 'string' || enumSchema(compliance)?.names.has(Number(policy)) === true) continue
      yield { path: ['compliancePolicies', index], message: `${policy} is no such policy` }
    }
  },
  [`${tls}CommonTlsContext`]: function* (context) {
    for (const [index, name] of list(context, 'alpnProtocols').entries()) {
      const bytes = Buffer.byteLength(String(name))
      if (bytes <= longestAlpn) continue
      yield { path: ['alpnProtocols', index], message: `wanted at most ${longestAlpn} bytes, found ${bytes}` }
    }
  },
  [`${tls}DownstreamTlsContext`]: function* (context) {
    const common = get(context, 'commonTlsContext')
    const some = ['tlsCertificates', 'tlsCertificateSdsSecretConfigs'].some(
      (field) => list(common, field).length > 0,
    )
    if (some || has(common, 'tlsCertificateProviderInstance') || has(common, 'customTlsCertificateSelector'))
      return
    yield {
      path: ['commonTlsContext', 'tlsCertificateSdsSecretConfigs'],
      message: 'wanted a certificate at least, found none',
    }
  },
}

const at = (field: string, message: string): Fault => ({ path: [field], message })
