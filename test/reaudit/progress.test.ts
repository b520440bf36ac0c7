import { describe, expect, it } from 'vitest';
import { duration, progressLine } from '../../src/cli/render-progress.ts';
import { addVerdict, noProgress, type Progress, Speedometer } from '../../src/reaudit/progress.ts';

const at = (more: Partial<Progress>): Progress => ({ ...noProgress(), ...more });

describe('the speed of a run', () => {
  it('is that of the last ten seconds, not of the whole run', () => {
    const meter = new Speedometer();
    for (let second = 0; second <= 60; second++) {
      meter.read(at({ audited: second <= 30 ? second * 1_000 : 30_000 }), second * 1_000);
    }
    expect(meter.read(at({ audited: 30_000 }), 60_500).perSecond).toBe(0);
  });

  it('says nothing of the time left while the listing goes on, and then what is left by the speed', () => {
    const meter = new Speedometer();
    meter.read(at({}), 0);
    expect(meter.read(at({ audited: 1_000, listed: 5_000 }), 1_000)).toEqual({ perSecond: 1_000 });
    expect(meter.read(at({ audited: 2_000, listed: 5_000, listingEnded: true }), 2_000)).toEqual({
      perSecond: 1_000,
      leftSeconds: 3,
    });
  });

  it('is none at the first reading', () => {
    expect(new Speedometer().read(at({ audited: 7, listingEnded: true }), 5)).toEqual({ perSecond: 0 });
  });
});

describe('the progress line', () => {
  it('tells objects, speed, violations, retries and, once listing has ended, the time left', () => {
    const meter = new Speedometer();
    progressLine(at({}), meter, 0);
    const progress = at({
      audited: 20_000,
      listed: 40_000,
      listingEnded: true,
      violations: 1,
      retries: 2,
      unknown: 3,
    });
    expect(progressLine(progress, meter, 10_000)).toBe(
      '20,000 audited of 40,000 listed · 2,000/s · 1 violation · 3 unknown · 2 retries · 10 s left',
    );
  });

  it('says that the listing goes on, and leaves out what there is nothing of', () => {
    expect(progressLine(at({ listed: 3_000 }), new Speedometer(), 0)).toBe(
      '0 audited of 3,000 listed so far · 0/s · 0 violations',
    );
  });

  it('writes times as people do', () => {
    expect([0.2, 119, 121, 7_199, 7_201, 90_000].map(duration)).toEqual([
      '1 s',
      '119 s',
      '3 min',
      '2 h 0 min',
      '2 h 1 min',
      '25 h 0 min',
    ]);
  });

  it('counts what needs a person', () => {
    const progress = noProgress();
    for (const outcome of ['violation', 'unknown', 'compliant', 'gone'] as const)
      addVerdict(progress, outcome);
    expect(progress).toMatchObject({ audited: 4, violations: 1, unknown: 1 });
  });
});
