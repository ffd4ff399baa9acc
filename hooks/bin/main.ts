import { main } from '../adapters/command-line';

void main();
