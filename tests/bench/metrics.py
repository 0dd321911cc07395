"""Processor time of `metrics` against the script that it replaces, on the same machine.

ROUNDS=N (default 15) rounds, interleaved. The script asks systemctl and vcgencmd, too, where they are.
"""
import os
import resource
import statistics
import subprocess

from app import BINARY, Site

ROUNDS = int(os.environ.get("ROUNDS", "15"))
SCRIPT = r"""
echo "=== System Metrics ==="
echo "CPU: $(top -bn1 | grep "Cpu(s)" | awk '{print $2}')"
echo "Memory: $(free -h | awk '/^Mem:/ {print $3 "/" $2}')"
echo "Disk: $(df -h / | awk 'NR==2 {print $3 "/" $2 " (" $5 ")"}')"
command -v vcgencmd >/dev/null && echo "Temperature: $(vcgencmd measure_temp)"
echo ""
echo "=== Service Status ==="
command -v systemctl >/dev/null && echo "Webhook: $(systemctl is-active webhook-server)"
command -v systemctl >/dev/null && echo "App: $(systemctl is-active nutrition-tracker)"
echo ""
echo "=== Recent Deployments ==="
tail -n 5 "$1" | grep deployment
"""


def milliseconds(argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    site = Site()
    try:
        assert site.update().code == 0
        history = os.path.join(site.state, "history.jsonl")
        rows = {"script": ["bash", "-c", SCRIPT, "collect_metrics.sh", history],
                "--version": [BINARY, "--version"]}
        for format in ("text", "json", "prometheus", "html"):
            rows[format] = site.command("--format", format, name="metrics")
        spent = {name: [] for name in rows}
        for number in range(ROUNDS + 1):
            for name, argv in rows.items():
                cost = milliseconds(argv)
                if number > 0:  # the first warms the caches
                    spent[name].append(cost)
        print(f"metrics, processor time, {ROUNDS} rounds, interleaved; medians")
        print(f"{'':12}{'ms':>8}{'of the script':>16}")
        for name, costs in spent.items():
            ratio = statistics.median(a / b for a, b in zip(costs, spent["script"]))
            print(f"{name:12}{statistics.median(costs):8.1f}{ratio:16.2f}")
    finally:
        site.close()


if __name__ == "__main__":
    main()
