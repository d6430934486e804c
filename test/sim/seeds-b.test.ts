// A few hundred runs of the simulation, the other half of the seeds: two files, so that two workers share them.
import { describeSeeds } from './run-seeds.ts'

describeSeeds(1001)
