package demo_test
import ("testing";"time";"skranke/internal/db/dbtest";"skranke/internal/demo")
func TestZZ(t *testing.T){
 a:=wired(t,dbtest.SQLite(t)); s:=time.Now()
 if err:=demo.Build(t.Context(),house(a),func(l string){t.Log(time.Since(s),l)});err!=nil{t.Fatal(err)}
 t.Log(time.Since(s)); s=time.Now()
 story(t,a); t.Log("story",time.Since(s)); s=time.Now()
 everyState(t,a);settled(t,a);papers(t,a); t.Log("rest",time.Since(s)); s=time.Now()
 served(t,a); t.Log("served",time.Since(s))
}
