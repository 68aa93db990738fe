-- What the store keeps of Message Batches. One text for H2 (in its PostgreSQL mode) and for PostgreSQL; only the types for bytes
-- differ: ${bytes} is one that is kept in the row, ${large} one for what is too large for it.

create table batch (
  number bigint generated always as identity primary key,
  id varchar(64) not null unique,
  owner varchar(64) not null,
  version varchar(16) not null,
  betas varchar(4000) not null,
  state varchar(16) not null,
  requests int not null,
  succeeded int not null default 0,
  errored int not null default 0,
  canceled int not null default 0,
  expired int not null default 0,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  cancel_initiated_at timestamp with time zone,
  ended_at timestamp with time zone,
  archived_at timestamp with time zone
);
create index batch_by_owner on batch (owner, number);
create index batch_by_state on batch (state, number);

-- The requests of a batch that go to one queue, and how many chunks of them have been sent there.
create table batch_lane (
  batch bigint not null references batch (number) on delete cascade,
  lane varchar(32) not null,
  requests int not null,
  chunk_size int not null,
  chunks_sent int not null default 0,
  primary key (batch, lane)
);

-- Requests that have no result yet. Rows are written once and deleted with their result; how far they are stands elsewhere, so
-- that their bodies need not be written again. Only these change: retries, how many attempts
-- beyond the first one count, and failed, whether the last one is known to have failed.
create table batch_request (
  batch bigint not null references batch (number) on delete cascade,
  lane varchar(32) not null,
  position int not null,
  custom_id varchar(64) not null,
  retries int not null default 0,
  failed boolean not null default false,
  body ${bytes},
  large_body ${large},
  primary key (batch, lane, position)
);

-- Chunks of requests whose wake-ups have been sent, or are just being sent: then sent_at is null. A wake-up of an older generation
-- than its chunk's is stale.
create table batch_chunk (
  batch bigint not null references batch (number) on delete cascade,
  lane varchar(32) not null,
  chunk int not null,
  generation int not null,
  marked_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  primary key (batch, lane, chunk)
);

-- One result a request, written once.
create table batch_result (
  batch bigint not null references batch (number) on delete cascade,
  custom_id varchar(64) not null,
  type varchar(16) not null,
  finished_at timestamp with time zone not null,
  body ${bytes},
  large_body ${large},
  primary key (batch, custom_id)
);
