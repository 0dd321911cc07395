"""What the seed's description of webhook_server.py says, and its unit runs: Flask's own server."""
import hashlib
import hmac
import logging
import os
import subprocess
import sys
from datetime import datetime

from flask import Flask, jsonify, request

WEBHOOK_SECRET = os.getenv("WEBHOOK_SECRET")
UPDATE_SCRIPT = os.getenv("UPDATE_SCRIPT", "/home/pi/simple_update.sh")
LOG_FILE = os.getenv("LOG_FILE", "/home/pi/logs/webhook.log")

logging.basicConfig(level=logging.INFO, format="%(asctime)s - %(levelname)s - %(message)s",
                    handlers=[logging.FileHandler(LOG_FILE), logging.StreamHandler()])
app = Flask(__name__)


def verify_github_signature(payload, signature):
    if not signature or not signature.startswith("sha256="):
        return False
    signature = signature[7:]
    expected = hmac.new(WEBHOOK_SECRET.encode("utf-8"), payload, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature, expected)


@app.route("/webhook", methods=["POST"])
def webhook():
    if not verify_github_signature(request.data, request.headers.get("X-Hub-Signature-256")):
        logging.warning("Invalid signature")
        return jsonify({"error": "Invalid signature"}), 401
    run = request.get_json().get("workflow_run", {})
    if run.get("status") != "completed" or run.get("conclusion") != "success":
        return jsonify({"status": "ignored"}), 200
    subprocess.Popen([UPDATE_SCRIPT])
    return jsonify({"status": "success",
                    "message": "Deployment triggered after successful CI/CD"}), 202


@app.route("/health")
def health():
    return jsonify({"status": "healthy", "timestamp": datetime.now().isoformat(),
                    "service": "nutrition-tracker-webhook"})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]))
