// Durations: Envoy counts in 64-bit nanoseconds and knows no negative ones, whatever the constraints of a field.
import { parseDuration } from '../../envoy-api/index.ts'
import { type Check, text } from './fault.ts'

/** Seconds beyond which nanoseconds do not fit into 63 bits (Envoy's source/common/protobuf/utility.cc). */
const tooManySeconds = 9_223_372_036

export const durationChecks: Readonly<Record<string, Check>> = {
  'google.protobuf.Duration': function* (message) {
    const found = text(message, 'value')
    const duration = parseDuration(found)
    if (duration === undefined) return
    if (duration.seconds < 0 || duration.nanos < 0) {
      yield { path: [], message: `wanted a duration of 0 or more, found ${found}` }
    } else if (duration.seconds >= tooManySeconds) {
      yield { path: [], message: `wanted a duration of less than ${tooManySeconds}s, found ${found}` }
    }
  },
}
