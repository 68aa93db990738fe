-- Single jobs. A job's row is small, since it is written with every few events of its answer; what is large stands beside it.
create table job (
  number bigint generated always as identity primary key,
  id varchar(64) not null unique,
  owner varchar(64) not null,
  version varchar(16) not null,
  betas varchar(4000) not null,
  lane varchar(32) not null,
  state varchar(16) not null,
  -- The attempt that is made, or the next one while the job is queued; and how many events there are of it.
  attempt int not null,
  events int not null,
  -- How many attempts found the provider not there, or were broken off because their node was stopped.
  deferred int not null default 0,
  -- The wake-up: as with batch_chunk, one of an older generation is stale, and one without sent_at may not have been sent.
  generation int not null,
  marked_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  expires_at timestamp with time zone not null
);
create index job_by_owner on job (owner, number);
create index job_by_state on job (state, number);
create index job_by_creation on job (created_at);

-- What is asked; deleted when the job is over.
create table job_request (
  job bigint primary key references job (number) on delete cascade,
  body ${bytes},
  large_body ${large}
);

-- The events of the newest attempt in their order from 1, each a whole frame of an event stream.
create table job_event (
  job bigint not null references job (number) on delete cascade,
  attempt int not null,
  seq int not null,
  body ${bytes},
  large_body ${large},
  primary key (job, attempt, seq)
);

-- The message or the error envelope, written once, together with the job's last state.
create table job_result (
  job bigint primary key references job (number) on delete cascade,
  body ${bytes},
  large_body ${large}
);
