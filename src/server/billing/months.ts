import { HttpError } from '../http/port.js';

/** A UTC calendar month, `to` exclusive, in milliseconds since the epoch. */
export interface Month {
  readonly period: string;
  readonly year: number;
  readonly month: number;
  readonly from: number;
  readonly to: number;
}

export function monthOf(time: number): Month {
  const date = new Date(time);
  return month(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

export function month(year: number, number: number): Month {
  return {
    period: `${String(year)}-${String(number).padStart(2, '0')}`,
    year,
    month: number,
    from: Date.UTC(year, number - 1),
    to: Date.UTC(year, number),
  };
}

/** `YYYY-MM`, as the contract's pattern has already checked. */
export function monthNamed(period: string): Month {
  const [year = '', number = ''] = period.split('-');
  return month(Number(year), Number(number));
}

/** Path segments of a month, unpadded. */
export function monthAsked(params: Readonly<Record<string, string>>): Month {
  const [year, number] = [params['year'] ?? '', params['month'] ?? ''];
  if (!/^\d{4}$/.test(year) || !/^(0?[1-9]|1[0-2])$/.test(number)) {
    throw new HttpError(400, 'invalid_request', 'year and month must name a month, such as 2026/5');
  }
  return month(Number(year), Number(number));
}
