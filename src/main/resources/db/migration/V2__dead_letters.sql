-- Work that was given up after its last attempt, for somebody to look at.
create table dead_letter (
  id bigint generated always as identity primary key,
  lane varchar(32) not null,
  source varchar(64) not null,
  batch bigint references batch (number) on delete cascade,
  position int not null,
  custom_id varchar(64) not null,
  attempts int not null,
  reason varchar(1000) not null,
  died_at timestamp with time zone not null,
  body ${bytes},
  large_body ${large}
);
create index dead_letter_by_batch on dead_letter (batch, custom_id);
