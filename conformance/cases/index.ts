import type { RuleCases } from '../labelled-case';
import { cases as cl01 } from './cl-01';
import { cases as elb01 } from './elb-01';
import { cases as elb02 } from './elb-02';
import { cases as elb03 } from './elb-03';
import { cases as elb05 } from './elb-05';
import { cases as elb06 } from './elb-06';
import { cases as elb07 } from './elb-07';
import { cases as elb08 } from './elb-08';
import { cases as elb10 } from './elb-10';
import { cases as iam01 } from './iam-01';
import { cases as log01 } from './log-01';
import { cases as net02 } from './net-02';
import { cases as sg01 } from './sg-01';
import { cases as sg02 } from './sg-02';
import { cases as td04 } from './td-04';
import { cases as td07 } from './td-07';
import { cases as td08 } from './td-08';
import { cases as td09 } from './td-09';
import { cases as waf01 } from './waf-01';
import { cases as waf02 } from './waf-02';

/** All labelled cases, ordered by rule. */
export const labelledCases: readonly RuleCases[] = [
  cl01,
  elb01,
  elb02,
  elb03,
  elb05,
  elb06,
  elb07,
  elb08,
  elb10,
  iam01,
  log01,
  net02,
  sg01,
  sg02,
  td04,
  td07,
  td08,
  td09,
  waf01,
  waf02,
];
