/** Deployment strategies: how production traffic moves to a new revision. */
import type { Structure } from '../service';

/** One move of production traffic. */
export interface TrafficShift {
  /** Percentage of traffic that the new revision has after it. */
  readonly percent: number;
  /** Minutes to wait before the next shift. */
  readonly bakeMinutes: number;
}

const ALL_AT_ONCE: readonly TrafficShift[] = [{ percent: 100, bakeMinutes: 0 }];

/** Shifts of each strategy that moves traffic between two sets of tasks. ROLLING has none: it replaces tasks. */
const SHIFTS: Readonly<Record<string, (configuration: Structure) => readonly TrafficShift[]>> = {
  BLUE_GREEN: () => ALL_AT_ONCE,
  CANARY: ({ canaryConfiguration: { canaryPercent, canaryBakeTimeInMinutes } }) =>
    canaryPercent >= 100
      ? ALL_AT_ONCE
      : [{ percent: canaryPercent, bakeMinutes: canaryBakeTimeInMinutes }, ...ALL_AT_ONCE],
  LINEAR: ({ linearConfiguration: { stepPercent, stepBakeTimeInMinutes } }) => {
    const steps = Math.ceil(100 / stepPercent - 1e-9);
    return Array.from({ length: steps }, (_, index) => ({
      percent: index === steps - 1 ? 100 : Math.round(stepPercent * (index + 1) * 10) / 10,
      bakeMinutes: index === steps - 1 ? 0 : stepBakeTimeInMinutes,
    }));
  },
};

/** The shifts that a deployment configuration asks for, the last one to 100 %; undefined for ROLLING. */
export function trafficShifts(configuration: Structure): readonly TrafficShift[] | undefined {
  return SHIFTS[configuration.strategy]?.(configuration);
}
