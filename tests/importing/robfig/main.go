// Says when robfig/cron, which Kubernetes uses, fires: a question in JSON a line, an answer a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/robfig/cron/v3"
)

type question struct {
	Expression string `json:"expression"`
	Zone       string `json:"zone"`
	After      int64  `json:"after"`
	Until      int64  `json:"until"`
}

type answer struct {
	Times []int64 `json:"times"`
	Error string  `json:"error"`
}

func main() {
	questions := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for questions.Scan() {
		var asked question
		if err := json.Unmarshal(questions.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_ = out.Encode(fires(asked))
	}
}

func fires(asked question) answer {
	schedule, err := cron.ParseStandard("TZ=" + asked.Zone + " " + asked.Expression)
	if err != nil {
		return answer{Times: []int64{}, Error: err.Error()}
	}
	found := []int64{}
	at := time.Unix(asked.After, 0).UTC()
	for {
		at = schedule.Next(at)
		if at.IsZero() || at.Unix() > asked.Until {
			return answer{Times: found}
		}
		found = append(found, at.Unix())
	}
}
