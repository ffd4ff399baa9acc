"""Run the transform AWS::Serverless-2016-10-31 with AWS's own translator.

Reads {"template", "parameters", "region"} as JSON from standard input; writes {"template"} or {"error"} to standard output.
"""

import json
import os
import sys


class ManagedPolicies:
    """The translator looks for AWS's managed policies by name; those under service-role/ are the ones that it names itself."""

    def load(self):
        return {}


def main():
    request = json.load(sys.stdin)
    os.environ["AWS_DEFAULT_REGION"] = request["region"]
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    try:
        answer = {
            "template": transform(request["template"], request["parameters"], ManagedPolicies())
        }
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        answer = {"error": f"{error.message} {causes}"}
    json.dump(answer, sys.stdout)


main()
