/** BLUE_GREEN: all requests go to the new tasks at once, and the former tasks stay for the bake time. */
import type { Strategy } from './strategy';

export const blueGreen: Strategy = { name: 'BLUE_GREEN', shiftsTraffic: true };
