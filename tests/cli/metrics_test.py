"""`metrics` on a deployed application: what it tells, that it changes nothing, its file, Prometheus."""
import fcntl
import json
import os
import re
import resource
import signal
import stat
import subprocess
import unittest
import xml.etree.ElementTree

from app import BINARY
from deployed import DeployedOnce
from snapshot import Snapshot

HERE = os.path.dirname(os.path.abspath(__file__))
GRAFANA = os.path.join(HERE, "..", "..", "packaging", "grafana")
EVERYTHING = os.path.join(HERE, "..", "unit", "report", "metrics.prom")
FORMATS = ("text", "json", "prometheus", "html")
HOSTILE = "</p><script>alert(1)</script> \" & '"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def promtool(*args, text=None):
    return subprocess.run(["promtool", *args], input=text, capture_output=True, text=True,
                          check=False)


class Deployed(DeployedOnce):
    @classmethod
    def prepare(cls, site):
        site.commit(HOSTILE)
        site.git("push", "-q", site.origin, "HEAD:refs/heads/main")

    def metrics(self, *args, code=0):
        done = self.site.run("metrics", *args)
        self.assertEqual(done.code, code, done)
        return done


class Metrics(Deployed):
    def test_the_sections_of_the_script(self):
        out = self.metrics().out
        self.assertRegex(out, r"(?s)\A=== System Metrics ===\nCPU: [\d.]+ % .*\nMemory: .*\nDisk: .*\n"
                              r".*\n=== Service Status ===\nApp: active \(demo.service.*\n\n"
                              r"=== Recent Deployments ===\n\d+_\d+  update    updated .*\n\n"
                              r"=== Backups ===\n")

    def test_no_format_changes_anything(self):
        before = Snapshot(self.site.app, self.site.state)
        for format in FORMATS:
            self.metrics("--format", format)
        self.assertEqual(before.changes(Snapshot(self.site.app, self.site.state)), [])

    def test_it_does_not_wait_for_a_deployment(self):
        with open(os.path.join(self.site.state, "lock"), "r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.metrics("--quiet").err, "")

    def test_no_program_is_run(self):
        trace = os.path.join(self.site.root, "trace")
        argv = self.site.command(name="metrics")
        subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=execve,clone,clone3,fork,vfork",
                        *argv], check=True, capture_output=True)
        self.assertEqual(len(re.findall(r"(?m)^\d+ +(?:execve|clone3?|v?fork)\(", read(trace))), 1)

    def test_json(self):
        for args in (("--json",), ("--format", "json")):
            document = json.loads(self.metrics(*args, "--deployments", "1").out)
            self.assertEqual(document["services"][0]["active"], "active")
            self.assertEqual(document["deployments"]["live"]["to"], self.site.head())
            self.assertEqual(document["deployments"]["counts"], {"update": {"updated": 1}})
            self.assertGreater(document["memory"]["total_bytes"], 0)
            self.assertEqual(document["problems"], [])

    def test_a_page_that_a_subject_cannot_break(self):
        page = self.metrics("--format", "html").out
        self.assertNotIn("<script", page)
        doctype, markup = page.split("\n", 1)
        self.assertEqual(doctype, "<!DOCTYPE html>")
        told = "".join(xml.etree.ElementTree.fromstring(markup).itertext())  # throws
        self.assertIn(HOSTILE.strip(), told)

    def test_what_verify_found(self):
        self.assertEqual(self.site.run("backup").code, 0)
        self.assertNotIn("verified", self.metrics("--json").json()["backups"])
        self.assertEqual(self.site.run("backup", "--verify").code, 0)
        backups = self.metrics("--json").json()["backups"]
        self.assertEqual(backups["verified"]["damaged"], [])
        copy = os.path.join(self.site.app, "data.backup." + backups["newest"]["backup"])
        with open(os.path.join(copy, "nutrition.db"), "ab") as file:
            file.write(b"x")
        self.assertEqual(self.site.run("backup", "--verify").code, 1)
        told = self.metrics("--json").json()
        self.assertEqual(told["backups"]["verified"]["damaged"], [backups["newest"]["backup"]])
        self.assertIn("damaged: " + backups["newest"]["backup"],
                      told["failed_checks"][-1]["detail"])

    def test_verify_works_where_it_cannot_be_recorded(self):
        os.mkdir(os.path.join(self.site.state, "verification"))
        self.addCleanup(os.rmdir, os.path.join(self.site.state, "verification"))
        done = self.site.run("backup", "--verify", "--json")
        self.assertIn(done.code, (0, 1), done)
        self.assertIsInstance(done.json()["backups"], list)

    @unittest.skipIf(os.path.isdir("/run/systemd/system"), "systemd runs here")
    def test_units_that_cannot_be_asked_for_are_absent(self):
        argv = self.site.command("--json", name="metrics")
        environment = {**os.environ, "NUTRICOUNT_DEPLOY_SERVICE_MANAGER": "systemd"}
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stderr, r"\Anote: services: [^\n]+\n\Z")
        document = json.loads(done.stdout)
        self.assertEqual(document["services"], [])
        self.assertEqual(len(document["problems"]), 1)
        self.assertEqual(document["deployments"]["live"]["to"], self.site.head())

    def test_nothing_is_there(self):
        environment = {**os.environ, "NUTRICOUNT_DEPLOY_APP_DIRECTORY": "/nonexistent/app",
                       "NUTRICOUNT_DEPLOY_STATE_DIRECTORY": "/nonexistent/state",
                       "NUTRICOUNT_DEPLOY_SERVICE_MANAGER": "process"}
        done = subprocess.run([BINARY, "metrics", "--json"], env=environment, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done)
        document = json.loads(done.stdout)
        self.assertEqual(document["deployments"]["recent"], [])
        self.assertNotIn("live", document["deployments"])


class Output(Deployed):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.site.root, f"{self._testMethodName}.prom")

    def write(self, *args, code=0):
        return self.metrics("--format", "prometheus", "--output", self.file, *args, code=code)

    def test_everybody_may_read_it(self):
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.assertEqual(self.write().out, "")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o644)
        self.assertIn("nutricount_unit_active", read(self.file))

    def test_it_is_replaced_in_one_step(self):
        self.write()
        with open(self.file, encoding="utf-8") as old:
            self.write()
            self.assertNotEqual(os.fstat(old.fileno()).st_ino, os.stat(self.file).st_ino)
            self.assertTrue(old.read().endswith("\n"))

    def test_a_full_disk_leaves_the_old_one(self):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("old")

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        argv = self.site.command("--format", "prometheus", "--output", self.file, name="metrics")
        done = subprocess.run(argv, preexec_fn=small, restore_signals=False, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stderr, r"\Aerror: cannot write .*\n")
        self.assertEqual(read(self.file), "old")
        self.assertFalse(os.path.exists(self.file + ".new"))

    def test_a_device_is_not_replaced(self):
        self.file = "/dev/null"
        self.assertIn("it is not a file", self.write(code=2).err)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_it_records_a_sample_now_and_then(self):
        samples = os.path.join(self.site.state, "samples.jsonl")
        if os.path.exists(samples):
            os.remove(samples)
        self.write()
        first = read(samples)
        self.assertEqual(list(json.loads(first)["disks"]), ["/"])
        self.write()
        self.assertEqual(read(samples), first)
        os.utime(samples, (0, 0))
        self.write()
        self.assertEqual(read(samples).count("\n"), 2)

    def test_the_sample_is_not_worth_an_error(self):
        samples = os.path.join(self.site.state, "samples.jsonl")
        if os.path.exists(samples):
            os.remove(samples)
        os.mkdir(samples)
        self.addCleanup(os.rmdir, samples)
        os.utime(samples, (0, 0))
        self.assertIn("note: no sample is recorded", self.write().err)


class Prometheus(Deployed):
    def test_promtool_finds_nothing(self):
        for text in (self.metrics("--format", "prometheus").out, read(EVERYTHING)):
            done = promtool("check", "metrics", text=text)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_promtool_would_find_something(self):
        self.assertNotEqual(promtool("check", "metrics", text="nutricount_total 1\n").returncode, 0)

    def test_the_rules(self):
        for args in (("check", "rules", os.path.join(GRAFANA, "rules.yml")),
                     ("check", "config", os.path.join(GRAFANA, "prometheus.yml")),
                     ("test", "rules", os.path.join(HERE, "rules_test.yml"))):
            done = promtool(*args)
            self.assertEqual(done.returncode, 0, done)

    def test_dashboard_and_rules_ask_for_what_there_is(self):
        there = set(re.findall(r"(?m)^# TYPE (\w+)", read(EVERYTHING)))
        for name in ("dashboard.json", "rules.yml"):
            asked = set(re.findall(r"\bnutricount_\w+", read(GRAFANA, name)))
            self.assertGreater(len(asked), 5)
            self.assertEqual(asked - there, set(), name)

    def test_the_dashboard(self):
        dashboard = json.loads(read(GRAFANA, "dashboard.json"))
        panels = dashboard["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        for panel in panels:
            self.assertTrue(all(target["expr"] for target in panel["targets"]), panel["title"])


if __name__ == "__main__":
    unittest.main()
