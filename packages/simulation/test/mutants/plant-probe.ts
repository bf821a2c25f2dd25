/** A program for tests: plants a mutant and prints what a function of the changed module says then. */
import { mutantNamed } from '../../src/mutants/catalogue.ts';
import { loadedMutant, moduleUrl, plantMutant } from '../../src/mutants/plant.ts';

const mutant = mutantNamed('quorum-of-half');
if (process.argv[2] === 'planted') plantMutant(mutant);
const before = loadedMutant() ?? null;
const module = (await import(moduleUrl(mutant).href)) as { majority(voters: number): number };
process.stdout.write(JSON.stringify({ before, majority: module.majority(3), after: loadedMutant() ?? null }));
