"""What becomes of each line: tasks, notes, and files that are not what they should be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from onthedot.applying.files import read_text
from onthedot.importing.imported import Imported, NoteKind, Source, UnreadableSource
from onthedot.importing.read import read
from onthedot.importing.yaml_output import to_yaml
from onthedot.scheduling.action import CommandAction, HttpAction, LogAction, SecretRef
from onthedot.scheduling.firing.zones import ZoneError
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from tests.importing.comparison import AT, imported
from tests.importing.guides import Guide
from tests.importing.test_kubernetes_instants import manifest


def _said(found: Imported, kind: NoteKind, line: int) -> str:
    return " ".join(n.text for n in found.notes if (n.kind, n.line) == (kind, line))


def _command(task: NewTask) -> CommandAction:
    assert isinstance(task.action, CommandAction)
    return task.action


CRONTAB = r"""# jobs of the shop
MAILTO=ops@example.com
SHELL=/bin/bash
HOME=/srv/shop
GREETING="Good morning"
30 2 * * * /srv/shop/bin/backup.sh --day $(date +\%F)
CRON_TZ=Europe/Rome
RANDOM_DELAY=15
0 9 * * 1-5 mail -s "$GREETING" all%Dear all,%%good morning.
@reboot /srv/shop/bin/warm
5/20 * * * * /bin/true
10~20 4 * * * cd /srv && nice -n 5 python3 report.py
not a job
"""


def test_a_users_crontab() -> None:
    found = imported(Source.CRONTAB, CRONTAB, name="crontab")
    backup, mail, report = found.tasks
    assert [task.id for task in found.tasks] == ["backup", "mail", "python3"]
    assert _command(backup).argv == (
        "/bin/bash", "-c", "/srv/shop/bin/backup.sh --day $(date +%F)",
    )  # fmt: skip
    assert _command(backup).env == {"HOME": "/srv/shop", "GREETING": "Good morning"}
    assert _command(backup).cwd == "/srv/shop"
    assert _command(mail).stdin == "Dear all,\n\ngood morning.\n"
    assert isinstance(backup.trigger, CronTrigger)
    assert isinstance(mail.trigger, CronTrigger)
    assert (backup.trigger.timezone, backup.trigger.jitter) == ("UTC", timedelta(0))
    assert (mail.trigger.timezone, mail.trigger.jitter) == ("Europe/Rome", timedelta(minutes=15))
    assert isinstance(report.trigger, CronTrigger)
    assert report.trigger.expression == "H(10-20) 4 * * *"
    assert "ops@example.com" in _said(found, NoteKind.LOST, 2)
    assert "No time zone" in _said(found, NoteKind.CHECK, 6)
    assert "Debian's cron ignores it" in _said(found, NoteKind.CHECK, 7)
    assert "jitter" in _said(found, NoteKind.CHANGED, 8)
    assert "@reboot is impossible" in _said(found, NoteKind.LOST, 10)
    assert "'5/20'" in _said(found, NoteKind.LOST, 11)
    assert "H" in _said(found, NoteKind.CHANGED, 12)
    assert "not a job" in _said(found, NoteKind.LOST, 13)


@pytest.mark.parametrize("name", ["/etc/crontab", "/etc/cron.d/shop", "copied"])
def test_a_system_crontab_names_users(name: str) -> None:
    text = "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n*/5 * * * * shop x\n"
    found = imported(Source.CRONTAB, text, name=name)
    first, second = found.tasks
    assert (first.id, second.id) == ("run-parts", "x")
    assert _command(first).argv[-1] == "cd / && run-parts --report /etc/cron.hourly"
    assert "root" in _said(found, NoteKind.CHANGED, 1)
    assert "shop" in _said(found, NoteKind.CHANGED, 2)


def test_a_zone_for_lines_without_one() -> None:
    found = read(
        Source.CRONTAB, "0 2 * * * x\n", name="crontab", at=AT, timezone="America/New_York"
    )
    assert found.tasks[0].trigger.timezone == "America/New_York"
    assert "No time zone" not in found.report()
    with pytest.raises(ZoneError):
        read(Source.CRONTAB, "", name="crontab", at=AT, timezone="Europe/Rom")


def test_what_cron_runs_twice_at_once_after_a_gap() -> None:
    found = imported(Source.CRONTAB, "CRON_TZ=Europe/Rome\n0,30 2 * * * x\n", name="crontab")
    assert "2027-03-28" in _said(found, NoteKind.CHANGED, 2)


def test_a_secret_in_a_crontab_is_pointed_out() -> None:
    found = imported(Source.CRONTAB, "DB_PASSWORD=x\n@daily y\n", name="crontab")
    assert "secret" in _said(found, NoteKind.CHECK, 1)


CRONJOB = """apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: billing
spec:
  schedule: "30 2 * * *"
  timeZone: Europe/Rome
  concurrencyPolicy: Replace
  startingDeadlineSeconds: 300
  suspend: true
  successfulJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 600
      template:
        spec:
          serviceAccountName: reporter
          containers:
          - name: report
            image: registry.example.com/report:7
            command: [report]
            args: ["--to=$(TARGET)", "$$(KEPT)"]
            env:
            - name: TARGET
              value: archive
            - name: PASSWORD
              valueFrom:
                secretKeyRef: {name: db, key: password}
            - name: NODE
              valueFrom:
                fieldRef: {fieldPath: spec.nodeName}
"""


def test_a_cron_job() -> None:
    found = imported(Source.KUBERNETES, CRONJOB, name="report.yaml")
    (task,) = found.tasks
    assert (task.id, task.tags, task.paused) == ("report", ("billing",), True)
    assert (task.overlap, task.catchup_window) == ("cancel_other", timedelta(minutes=5))
    assert (task.timeout, task.retry.max_attempts) == (timedelta(minutes=10), 3)
    assert _command(task).argv == ("report", "--to=archive", "$(KEPT)")
    assert _command(task).env == {"TARGET": "archive", "PASSWORD": SecretRef(secret="DB_PASSWORD")}
    assert "2027-03-28 only here at 03:00" in _said(found, NoteKind.CHANGED, 7)
    assert "Replace" in _said(found, NoteKind.CHANGED, 9)
    assert "successfulJobsHistoryLimit" in _said(found, NoteKind.LOST, 12)
    assert "serviceAccountName" in _said(found, NoteKind.LOST, 19)
    assert "report:7" in _said(found, NoteKind.CHANGED, 22)
    assert "DB_PASSWORD" in _said(found, NoteKind.CHECK, 28)
    assert "NODE" in _said(found, NoteKind.LOST, 31)


@pytest.mark.parametrize(
    ("policy", "overlap"),
    [("Allow", "allow_all"), ("Forbid", "skip"), ("Replace", "cancel_other")],
)
def test_concurrency_becomes_overlap(policy: str, overlap: str) -> None:
    text = CRONJOB.replace("concurrencyPolicy: Replace", f"concurrencyPolicy: {policy}")
    assert imported(Source.KUBERNETES, text).tasks[0].overlap == overlap


def test_without_a_deadline_the_last_missed_run_is_caught_up() -> None:
    text = CRONJOB.replace("  startingDeadlineSeconds: 300\n", "")
    (task,) = imported(Source.KUBERNETES, text).tasks
    assert task.catchup_window == timedelta(days=1)


def test_a_list_of_cron_jobs_and_other_documents() -> None:
    items = "\n".join(f"- {manifest('0 1 * * *', 'UTC')}" for _ in range(2))
    text = f"kind: Service\n---\napiVersion: v1\nkind: List\nitems:\n{items}\n"
    found = imported(Source.KUBERNETES, text)
    assert [task.id for task in found.tasks] == ["job", "job-2"]


def test_without_a_command_the_task_only_says_that_it_is_due() -> None:
    text = CRONJOB.replace("            command: [report]\n", "")
    (task,) = imported(Source.KUBERNETES, text).tasks
    assert isinstance(task.action, LogAction)


def test_every_of_kubernetes_is_an_interval() -> None:
    found = imported(Source.KUBERNETES, manifest("@every 1h30m", "UTC"))
    assert found.tasks[0].trigger == IntervalTrigger(every=timedelta(minutes=90))


DAGS = '''"""Some DAGs."""
import pendulum
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import dag

START = pendulum.datetime(2024, 1, 1, tz="Europe/Rome")

with DAG(
    dag_id="etl",
    schedule="30 2 * * *",
    start_date=START,
    catchup=True,
    max_active_runs=1,
    tags=["night shift", "etl"],
    dagrun_timeout=timedelta(hours=2),
    default_args={"retries": 3},
):
    pass


@dag(schedule_interval=timedelta(hours=6), start_date=datetime(2024, 1, 1, 3))
def six_hourly():
    """Called every six hours."""


@dag(schedule=None)
def by_hand():
    pass


for name in ("a", "b"):
    DAG(f"made_{name}", schedule="@daily")

DAG("fed", schedule=[Asset("table")])
DAG("soon", schedule="@once", start_date=datetime(2027, 5, 1))
DAG("many", schedule=MultipleCronTriggerTimetable("0 9 * * *", "0 17 * * *", timezone="Asia/Tokyo"))
'''


def test_airflow_dags() -> None:
    found = imported(Source.AIRFLOW, DAGS, name="dags.py")
    tasks = {task.id: task for task in found.tasks}
    assert list(tasks) == ["etl", "six_hourly", "soon", "many-1", "many-2"]
    etl = tasks["etl"]
    assert isinstance(etl.trigger, CronTrigger)
    assert (etl.trigger.expression, etl.trigger.timezone) == ("30 2 * * *", "Europe/Rome")
    assert (etl.overlap, etl.tags) == ("buffer_all", ("night-shift", "etl"))
    assert (etl.timeout, etl.catchup_window) == (timedelta(hours=2), timedelta(days=30))
    six = tasks["six_hourly"].trigger
    assert six == IntervalTrigger(every=timedelta(hours=6), offset=timedelta(hours=3))
    assert isinstance(tasks["soon"].trigger, OnceTrigger)
    assert tasks["many-2"].trigger.timezone == "Asia/Tokyo"
    assert "03:30 (CEST)" in _said(found, NoteKind.CHANGED, 11)
    assert "no schedule" in _said(found, NoteKind.LOST, 27)
    assert "made when the file runs" in _said(found, NoteKind.LOST, 33)
    assert "assets" in _said(found, NoteKind.LOST, 35)


def test_airflow_files_are_not_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    trace = tmp_path_factory.mktemp("airflow") / "ran"
    text = f"open({str(trace)!r}, 'w').close()\nDAG('x', schedule='@daily')\n"
    assert len(imported(Source.AIRFLOW, text).tasks) == 1
    assert not trace.exists()


TIMER = """# /etc/systemd/system/backup.timer
[Unit]
Description=Nightly backup

[Timer]
OnCalendar=Mon..Fri *-*-1..7 02:30 Europe/Rome
OnCalendar=*:0/15
OnBootSec=5min
Persistent=true
RandomizedDelaySec=1min 30s
AccuracySec=1h

# /etc/systemd/system/cleanup.timer
[Timer]
OnUnitActiveSec=1d
Unit=tidy.service
"""


def test_systemd_timers() -> None:
    found = imported(Source.SYSTEMD, TIMER, name="all.txt")
    nightly, quarterly, cleanup = found.tasks
    assert [task.id for task in found.tasks] == ["backup", "backup-2", "cleanup"]
    assert isinstance(nightly.trigger, CronTrigger)
    assert nightly.trigger.expression == "30 2 * * 1-5"
    assert nightly.trigger.exclude == ("* * 8-31 * *",)
    assert nightly.trigger.jitter == timedelta(seconds=90)
    assert _command(nightly).argv == ("systemctl", "start", "backup.service")
    assert nightly.name == "Nightly backup"
    assert quarterly.catchup_window == timedelta(minutes=15)
    assert cleanup.trigger == IntervalTrigger(every=timedelta(days=1))
    assert _command(cleanup).argv[-1] == "tidy.service"
    assert "OnBootSec" in _said(found, NoteKind.LOST, 8)
    assert "No time zone" in _said(found, NoteKind.CHECK, 7)
    assert "last run" in _said(found, NoteKind.CHANGED, 15)


@pytest.mark.parametrize("expression", ["*:*/5", "Sat..Tue 10:00", "*-*-* 24:00", "*-*~03", "10"])
def test_what_systemd_refuses_or_nobody_here_can_say_is_lost(expression: str) -> None:
    found = imported(Source.SYSTEMD, f"[Timer]\nOnCalendar={expression}\n", name="x.timer")
    assert found.tasks == ()
    assert "Not carried over" in _said(found, NoteKind.LOST, 2)


@pytest.mark.parametrize(
    ("source", "text", "line"),
    [
        (Source.KUBERNETES, "a: b\nc: {{ .Values.x }}\n", 2),
        (Source.KUBERNETES, "kind: Service\n", 1),
        (Source.KUBERNETES, "\x00", 1),
        (Source.TEMPORAL, "{", 1),
        (Source.TEMPORAL, "{}", 1),
        (Source.AIRFLOW, "x = 1\ndef f(:\n", 2),
        (Source.AIRFLOW, "print('no dag')\n", 1),
        (Source.AIRFLOW, "(" * 500, 1),
        (Source.SYSTEMD, "[Timer]\nnothing\n", 2),
        (Source.SYSTEMD, "[Service]\nExecStart=x\n", 1),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(
    source: Source, text: str, line: int
) -> None:
    with pytest.raises(UnreadableSource, match=rf"^source:{line}: "):
        imported(source, text)


SAMPLES = {
    Source.CRONTAB: CRONTAB,
    Source.KUBERNETES: CRONJOB,
    Source.AIRFLOW: DAGS,
    Source.SYSTEMD: TIMER,
    Source.TEMPORAL: Guide.of(Source.TEMPORAL).text,
}


@pytest.mark.parametrize("source", SAMPLES)
def test_the_yaml_reads_back_as_the_same_tasks(source: Source) -> None:
    found = imported(source, SAMPLES[source])
    again = read_text(to_yaml(found.tasks), "tasks.yaml")
    assert tuple(each.task for each in again) == found.tasks


def test_a_list_that_holds_itself_ends() -> None:
    with pytest.raises(UnreadableSource):
        imported(Source.KUBERNETES, "&a\nkind: List\nitems: [*a]\n")


def test_a_range_of_all_numbers_takes_no_memory() -> None:
    text = SAMPLES[Source.TEMPORAL].replace('"end": 12', '"end": 1000000000000')
    text = text.replace('"start": 1,', '"start": -1000000000000,')
    assert imported(Source.TEMPORAL, text).tasks


def test_yaml_keeps_what_is_not_plain() -> None:
    task = NewTask(
        id="1e3",
        trigger=CronTrigger(expression="* * * * *"),
        action=HttpAction(url="https://example.com", body={"on": "yes", "n": None, "t": "a\n b"}),
    )
    (again,) = read_text(to_yaml([task]), "tasks.yaml")
    assert again.task == task
    assert NewTask.model_validate(yaml.safe_load(to_yaml([task]))) == task
    assert to_yaml([]) == ""


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(SAMPLES)),
    st.integers(0, 2000),
    st.integers(0, 40),
    st.text(alphabet="*/-,:~.5\n\t \"'[]{}()=@#%\\é\x00²aT", max_size=12),
)
def test_whatever_a_file_holds_it_gives_notes_or_one_clear_refusal(
    source: Source, start: int, removed: int, put: str
) -> None:
    text = SAMPLES[source]
    start %= len(text)
    try:
        found = imported(source, text[:start] + put + text[start + removed :])
    except UnreadableSource:
        return
    lines = text.count("\n") + put.count("\n") + 1
    assert all(1 <= note.line <= lines for note in found.notes)
