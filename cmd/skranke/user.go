package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"skranke/internal/app"
)

// user adds one of the firm's own people. The password is asked for, or read from standard input, so that it stands in
// no shell history.
func user(ctx context.Context, args []string) error {
	const how = "write: skranke user add --email kari@firm.example --name \"Kari Moe\" --role admin"
	if len(args) == 0 || args[0] != "add" {
		return errors.New(how)
	}
	own, rest := map[string]string{}, []string{}
	for i := 1; i < len(args); i++ {
		name, value, has := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		switch name {
		case "email", "role", "name":
			if !has {
				if i++; i == len(args) {
					return errors.New(how)
				}
				value = args[i]
			}
			own[name] = value
		default:
			rest = append(rest, args[i])
		}
	}
	if own["email"] == "" || own["name"] == "" || own["role"] == "" {
		return errors.New(how)
	}
	s, _, err := load(rest, nil)
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, "Password (10 characters or more): ")
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && password == "" {
		return errors.New("a password is needed on standard input")
	}
	d, err := app.Open(ctx, s)
	if err != nil {
		return err
	}
	err = app.AddStaff(ctx, d, s.Language, own["name"], own["email"], own["role"], strings.TrimRight(password, "\r\n"))
	if err == nil {
		fmt.Fprintln(os.Stderr, "Added. Sign in at "+s.URL+"/sign-in")
	}
	return errors.Join(err, d.Close())
}
