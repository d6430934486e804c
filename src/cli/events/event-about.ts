// `--for KIND/NAME`: what events are to be about, as people type it.
import type { Input, ListEventsRequest } from '../../api/index.ts'
import { err, invalid, ok, type Problem, type Result } from '../../base/index.ts'
import { kindList, kindOf } from '../kind-names.ts'

type About = Pick<Input<ListEventsRequest>, 'object' | 'node' | 'push' | 'group' | 'revision'>

/** `service/checkout`, `node/edge-1`, `push/41`, `nodegroup/edge`, `revision/12` as parts of a request. */
export function parseAbout(text: string, namespace: string): Result<About, Problem> {
  const at = text.indexOf('/')
  const [kind, name] = at < 0 ? [text, ''] : [text.slice(0, at).toLowerCase(), text.slice(at + 1)]
  if (name === '') return err(unreadable(text, 'wanted KIND/NAME'))
  switch (kind) {
    case 'node':
    case 'proxy':
    case 'proxies':
      return ok({ node: name })
    case 'push':
      return /^\d+$/.test(name) ? ok({ push: name }) : err(unreadable(text, 'wanted push/NUMBER'))
    case 'revision': {
      const revision = Number(name.replace(/^r/, ''))
      if (Number.isSafeInteger(revision) && revision > 0) return ok({ revision })
      return err(unreadable(text, 'wanted revision/NUMBER'))
    }
    default: {
      const known = kindOf(kind)
      if (known === undefined) return err(unreadable(text, `no kind '${kind}'`))
      if (known === 'NodeGroup') return ok({ group: `${namespace}/${name}` })
      return ok({ object: { namespace, kind: known, name } })
    }
  }
}

const unreadable = (text: string, why: string): Problem =>
  invalid([
    {
      path: '--for',
      message: `${why}, found '${text.slice(0, 63)}'; there are node/, push/, revision/, and ${kindList()}`,
    },
  ])
