@echo off
rem Installs synfin by a double click: with install.ps1 where PowerShell may run it, else by itself.
rem
rem   install.cmd                  the plugin and the profiles
rem   install.cmd -Check           does it load?
rem   install.cmd -Uninstall       remove it again
rem
rem SYNFIN_TSHARK=path\to\tshark.exe: a Wireshark in an unusual place. SYNFIN_NO_POWERSHELL=1: never ask PowerShell.
rem
rem Copyright (C) 2026 the synfin authors
rem SPDX-License-Identifier: GPL-2.0-or-later
setlocal
set "here=%~dp0"
if defined SYNFIN_NO_POWERSHELL goto by_itself
powershell -NoProfile -Command "exit 0" >nul 2>nul
if errorlevel 1 goto by_itself
if defined SYNFIN_TSHARK (
    powershell -NoProfile -ExecutionPolicy Bypass -File "%here%install.ps1" -TShark "%SYNFIN_TSHARK%" %*
) else (
    powershell -NoProfile -ExecutionPolicy Bypass -File "%here%install.ps1" %*
)
set "result=%errorlevel%"
if not "%result%"=="0" echo If it is PowerShell that failed: set SYNFIN_NO_POWERSHELL=1 and run install.cmd again from that window.
goto end

:by_itself
set "tshark=%SYNFIN_TSHARK%"
if not defined tshark if exist "%ProgramFiles%\Wireshark\tshark.exe" set "tshark=%ProgramFiles%\Wireshark\tshark.exe"
if not defined tshark (
    echo no Wireshark found in "%ProgramFiles%\Wireshark"; name its program: set SYNFIN_TSHARK=path\to\tshark.exe
    set "result=1"
    goto end
)
set "plugins="
set "configuration="
rem To a file: for /f would want the program's path quoted in a way that fails with some characters.
set "said=%TEMP%\synfin-%RANDOM%.txt"
"%tshark%" -G folders >"%said%" 2>nul
for /f "usebackq tokens=1* delims=:" %%a in ("%said%") do (
    if "%%a"=="Personal Plugins" set "plugins=%%b"
    if "%%a"=="Personal configuration" set "configuration=%%b"
)
del "%said%" >nul 2>nul
:trim_plugins
if "%plugins:~0,1%"==" " set "plugins=%plugins:~1%" & goto trim_plugins
if "%plugins:~0,1%"=="	" set "plugins=%plugins:~1%" & goto trim_plugins
:trim_configuration
if "%configuration:~0,1%"==" " set "configuration=%configuration:~1%" & goto trim_configuration
if "%configuration:~0,1%"=="	" set "configuration=%configuration:~1%" & goto trim_configuration
if not defined plugins (
    echo "%tshark%" names no plugin folder
    set "result=1"
    goto end
)
set "result=0"
if /i "%~1"=="-Uninstall" goto uninstall
if /i "%~1"=="-Check" goto check
if not exist "%plugins%\epan" mkdir "%plugins%\epan"
copy /y "%here%synfin.dll" "%plugins%\epan\synfin.dll" >nul
if errorlevel 1 (
    echo "%plugins%\epan\synfin.dll" cannot be written: close Wireshark, then run this again
    set "result=1"
    goto end
)
for %%p in (synfin synfin-zh) do (
    if not exist "%configuration%\profiles\%%p" mkdir "%configuration%\profiles\%%p"
    copy /y "%here%profiles\%%p\*" "%configuration%\profiles\%%p" >nul
)

:check
set "loaded="
"%tshark%" -G plugins >"%said%" 2>nul
for /f "usebackq tokens=1" %%a in ("%said%") do if "%%a"=="synfin.dll" set "loaded=1"
del "%said%" >nul 2>nul
if defined loaded (
    echo synfin is installed and loaded: "%plugins%\epan\synfin.dll"
) else (
    echo synfin is not loaded. If it was installed just now, please send us what this prints: tshark -G plugins
    set "result=1"
)
goto end

:uninstall
if exist "%plugins%\epan\synfin.dll" del "%plugins%\epan\synfin.dll"
for %%p in (synfin synfin-zh) do if exist "%configuration%\profiles\%%p" rmdir /s /q "%configuration%\profiles\%%p"
if exist "%plugins%\epan\synfin.dll" (
    echo "%plugins%\epan\synfin.dll" cannot be removed: close Wireshark, then run this again
    set "result=1"
) else (
    echo synfin is removed
)

:end
rem By a double click the window would close before anybody has read it.
if not defined SYNFIN_NO_PAUSE if "%~1"=="" pause
exit /b %result%
