// Secrets: material that Envoy can use. Only what is said itself: files of the proxy's machine are not read from here.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type Check, type Fault, get, has, list, sourceText, text } from './fault.ts'

const tls = 'envoy.extensions.transport_sockets.tls.v3.'

export const secretChecks: Readonly<Record<string, Check>> = {
  [`${tls}TlsCertificate`]: function* (pair) {
    const certificate = readCertificate(sourceText(get(pair, 'certificateChain')))
    const key = readKey(sourceText(get(pair, 'privateKey')))
    if (certificate === undefined) {
      yield { path: ['certificateChain'], message: 'wanted a certificate in PEM, inline' }
    }
    // Another program may hold the key.
    if (has(pair, 'privateKeyProvider')) return
    if (key === undefined)
      yield { path: ['privateKey'], message: 'wanted an unencrypted private key in PEM, inline' }
    else if (certificate !== undefined && !certificate.checkPrivateKey(key)) {
      yield { path: ['privateKey'], message: 'wanted the key of the certificate, found that of another' }
    }
  },
  [`${tls}CertificateValidationContext`]: function* (context) {
    const authority = get(context, 'trustedCa')
    if (authority !== undefined && readCertificate(sourceText(authority)) === undefined) {
      yield { path: ['trustedCa'], message: 'wanted certificates in PEM, inline' }
    }
  },
  [`${tls}Secret`]: function* (secret) {
    const kinds = ['tlsCertificate', 'sessionTicketKeys', 'validationContext', 'genericSecret']
    if (!kinds.some((kind) => has(secret, kind))) {
      yield { path: [], message: `wanted one of ${kinds.join(', ')}, found none` }
    }
  },
  [`${tls}UpstreamTlsContext`]: function* (context) {
    if (text(context, 'sni').includes('\0')) yield { path: ['sni'], message: 'wanted a name without NUL' }
    const pairs = list(get(context, 'commonTlsContext'), 'tlsCertificateSdsSecretConfigs')
    if (pairs.length > 1) {
      const path = ['commonTlsContext', 'tlsCertificateSdsSecretConfigs']
      yield { path, message: `wanted one certificate towards an upstream, found ${pairs.length}` }
    }
  },
  [`${tls}SdsSecretConfig`]: function* (reference) {
    if (!has(reference, 'sdsConfig')) yield nothing('sdsConfig')
  },
}

const nothing = (field: string): Fault => ({ path: [field], message: 'wanted a value, found none' })

function readCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text)
  } catch {
    return undefined
  }
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text)
  } catch {
    return undefined
  }
}
