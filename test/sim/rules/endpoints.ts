// What is registered is served: no generation takes endpoints away that nobody took away.
import { knownEndpoints } from '../../../src/discovery/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { parseClusterName } from '../../../src/model/index.ts'
import type { Rule, Scene } from './watch.ts'

export function endpointsRule({ fault }: Scene): Rule {
  return {
    published: ({ group, generation, types }, { store, phase }) => {
      // What is said again at a start is old.
      if (phase === 'loading') return
      const known = knownEndpoints(store.view().records('endpoint'))
      const retiring = store.view().records('retirement')
      for (const { name, facts } of types[typeUrls.eds]?.put ?? []) {
        const place = parseClusterName(name)
        // What retires keeps the endpoints that it left with: no route leads there any more.
        if (place === undefined || retiring.has(`${group} ${name}`)) continue
        const { namespace, service, environment, incarnation } = place
        const registered = known.get(`${namespace}/${service}`)?.get(`${environment}.${incarnation}`) ?? []
        const wanted = registered.filter(({ draining }) => draining !== true).length
        if ((facts.usable ?? 0) < wanted)
          fault(
            'nothing is emptied that nobody emptied',
            `${group} ${generation}: ${name} has ${facts.usable} usable endpoints, ${wanted} are registered`,
          )
      }
    },
  }
}
