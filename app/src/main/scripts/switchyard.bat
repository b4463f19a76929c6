@echo off
rem Starts Switchyard: the desktop program without arguments, the command line with them.
setlocal EnableExtensions DisableDelayedExpansion
set "NEEDED=25"
set "JAVA_EXE="
for %%i in ("%~dp0..") do set "APP_HOME=%%~fi"

if not defined SWITCHYARD_JAVA_HOME goto search
call :consider "%SWITCHYARD_JAVA_HOME%"
if defined JAVA_EXE goto start
echo switchyard: SWITCHYARD_JAVA_HOME is %SWITCHYARD_JAVA_HOME%, where no JDK %NEEDED% or newer is 1>&2
exit /b 2

:search
call :consider "%APP_HOME%\runtime"
if defined JAVA_HOME call :consider "%JAVA_HOME%"
for /f "delims=" %%i in ('where java 2^>nul') do call :consider "%%~dpi.."
for /d %%i in ("%ProgramFiles%\Java\*") do call :consider "%%~i"
for /d %%i in ("%ProgramFiles%\Eclipse Adoptium\*") do call :consider "%%~i"
for /d %%i in ("%ProgramFiles%\Microsoft\jdk*") do call :consider "%%~i"
for /d %%i in ("%ProgramFiles%\Zulu\*") do call :consider "%%~i"
for /d %%i in ("%USERPROFILE%\.jdks\*") do call :consider "%%~i"
if defined JAVA_EXE goto start
echo switchyard: needs JDK %NEEDED% or newer and found none: install one, or set SWITCHYARD_JAVA_HOME to its folder 1>&2
exit /b 2

:start
rem What the classes of one start of the desktop come to is kept for the next ones; the JVM looks
rem whether it still fits, and makes it anew at the end where it does not.
set "KEPT=%SWITCHYARD_HOME%"
if not defined KEPT set "KEPT=%USERPROFILE%\Switchyard"
set "ARCHIVE=-Xshare:auto"
if not "%~1"=="" goto run
if not exist "%KEPT%\cache" mkdir "%KEPT%\cache" 2>nul
set ARCHIVE=-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=%KEPT%\cache\desktop.jsa" -Xlog:disable
:run
"%JAVA_EXE%" ^
  --module-path "%APP_HOME%\lib\fx" ^
  --add-modules javafx.controls,javafx.swing,jdk.incubator.vector ^
  --enable-native-access=ALL-UNNAMED,javafx.graphics ^
  --sun-misc-unsafe-memory-access=allow ^
  -classpath "%APP_HOME%\lib\*" %ARCHIVE% ^
  dev.switchyard.app.Switchyard %*
exit /b %ERRORLEVEL%

rem Takes the JDK in this folder if it is new enough and none was taken before.
:consider
if defined JAVA_EXE exit /b 0
if not exist "%~1\bin\java.exe" exit /b 0
if not exist "%~1\release" exit /b 0
set "VERSION=0"
for /f "tokens=2 delims=.=-" %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do set "VERSION=%%~v"
set "VERSION=%VERSION:"=%"
if %VERSION% GEQ %NEEDED% set "JAVA_EXE=%~1\bin\java.exe"
exit /b 0
