// Regular expressions, wherever they stand: what no supported Envoy would compile is refused.
import { regexFault } from '../../base/index.ts'
import { type Check, text } from './fault.ts'

export const regexChecks: Readonly<Record<string, Check>> = {
  'envoy.type.matcher.v3.RegexMatcher': function* (matcher) {
    const message = regexFault(text(matcher, 'regex'))
    if (message !== undefined) yield { path: ['regex'], message }
  },
}
